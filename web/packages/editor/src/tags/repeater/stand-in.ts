/** Objects of elements that are not drawn: they answer for themselves, and ask for their element when they are sought. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Editor } from '../../core/editor';

/** Puts handles in place of the objects of an element that is not drawn; returns what takes them away. */
export function standIn(editor: Editor, element: ConfigNode): () => void {
  const offs: (() => void)[] = [];
  for (const object of element.walk()) {
    const { name } = object;
    if (name === '' || !editor.modules.forNode(object)?.object || editor.objects.has(name)) continue;
    const handle = {
      destroy: () => {},
      ready: Promise.resolve(),
      box: () => new DOMRect(),
      drawnCount: () => 0,
      reveal: (regionId: string) => {
        const off = editor.objectMounted.subscribe((mounted) => {
          const real = editor.objects.get(name);
          if (mounted !== name || !real || real === handle) return;
          off();
          void real.ready.then(() => real.reveal(regionId));
        });
        editor.elements.show(object);
      },
    };
    editor.objects.set(name, handle);
    editor.objectMounted.emit(name);
    offs.push(() => {
      if (editor.objects.get(name) === handle) editor.objects.delete(name);
    });
  }
  return () => {
    for (const off of offs) off();
  };
}
