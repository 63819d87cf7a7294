/** What was written about a region in TextAreas with `transcription="true"`: shown in the region's row. */
import { isPerRegion } from './config';
import type { Editor } from './editor';
import type { Region } from './types';

/** The text, or an empty string when there is none. */
export function transcriptOf(editor: Editor, region: Region): string {
  const texts: unknown[] = [];
  for (const { from, answer } of region.facets) {
    const control = editor.config.byName.get(from);
    if (
      control?.type === 'textarea' &&
      isPerRegion(control) &&
      control.bool('transcription') &&
      Array.isArray(answer)
    ) {
      texts.push(...answer);
    }
  }
  return texts.join(' ');
}
