/** Tells screen readers what is selected, on the data and in the list alike. */
import type { Editor } from '../core/editor';

export function speakSelection(editor: Editor): () => void {
  let off: () => void = () => undefined;
  const follow = () => {
    off();
    const { document } = editor;
    let before = document.view.selected.length;
    off = document.view.selectionChanged.subscribe(() => {
      const { selected, single } = document.view;
      const region = single === null ? undefined : document.store.get(single);
      if (region)
        editor.announce(`Selected ${document.regionNumber(region.id)}. ${editor.describe(region).slice(0, 160)}`);
      else if (selected.length > 0) editor.announce(`${selected.length.toLocaleString()} regions selected`);
      else if (before > 0) editor.announce('Nothing selected');
      before = selected.length;
    });
  };
  follow();
  const offDocument = editor.documentChanged.subscribe(follow);
  return () => {
    off();
    offDocument();
  };
}
