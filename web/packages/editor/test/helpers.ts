import { Editor, type EditorEnvironment } from '../src/core/editor';
import type { EditorOptions } from '../src/core/options';
import { imageTags } from '../src/tags/image/modules';
import { builtInTags } from '../src/tags/registry';

/** An editor without a page: the model with all tags. */
export function makeEditor(
  options: Partial<EditorOptions> & Pick<EditorOptions, 'config'>,
  environment: Partial<EditorEnvironment> = {},
): Editor {
  const { task = { id: 1, data: {} }, ...rest } = options;
  return new Editor({ task, ...rest }, { modules: [...builtInTags, ...imageTags], storage: null, ...environment });
}

/** An annotation with a result, opened. */
export function openResult(config: string, result: readonly object[], data: Record<string, unknown> = {}): Editor {
  return makeEditor({ config, task: { id: 1, data }, annotations: [{ id: 1, result: result as never }] });
}
