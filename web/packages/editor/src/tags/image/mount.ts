/** Puts an Image into the page. */
import type { ObjectContext, ObjectHandle } from '../../core';
import { ImageView } from './view';

export function mountImage(host: HTMLElement, context: ObjectContext): ObjectHandle {
  return new ImageView(host, context);
}
