/** The Text object: plain text, spans by code points. */
import { CodePoints, TextSurface } from '@labelkeep/text';
import type { ObjectContext, ObjectHandle } from '../../core/tag';
import { loadText } from './load';
import type { SpanGeometry } from './shape';
import { type SpanContent, SpanView } from './span-view';
import styles from './text.module.css';

export function mountText(host: HTMLElement, context: ObjectContext): ObjectHandle {
  return new SpanView(host, context, 'text', openText);
}

async function openText(scroller: HTMLElement, context: ObjectContext, signal: AbortSignal): Promise<SpanContent> {
  const text = await loadText(context, signal);
  const points = new CodePoints(text);
  const surface = new TextSurface(scroller.ownerDocument, text);
  surface.element.className = styles['text'] ?? '';
  surface.element.dir = 'auto';
  for (const block of surface.blockElements) block.className = styles['block'] ?? '';
  scroller.append(surface.element);
  return {
    surface,
    points,
    numbered: true,
    geometry: (start, end, covered): SpanGeometry => {
      const stretch = { start: points.fromUnit(start), end: points.fromUnit(end) };
      return covered === undefined ? stretch : { ...stretch, text: covered };
    },
    units: (geometry) => {
      const { start, end } = geometry as SpanGeometry;
      return { start: points.toUnit(start), end: points.toUnit(end) };
    },
  };
}
