/** What a task needs before it can be shown, asked for before the editor stands in the page. */
import { type ConfigNode, resolveVariable } from '@labelkeep/labeling';
import { readConfig } from './core/config';
import { warmJournals } from './core/journal-idb';
import { Modules } from './core/modules';
import type { EditorOptions, EditorTask } from './core/options';
import { loadModules } from './tags/registry';

/**
 * Loads the code that a configuration needs and begins to fetch what the task shows; resolves when the code is there. `mount`
 * with the same configuration and task finds both.
 */
export async function prepare({
  config,
  task,
  resolveUrl,
  storagePrefix = 'labelkeep',
}: Pick<EditorOptions, 'config' | 'task' | 'resolveUrl' | 'storagePrefix'>): Promise<void> {
  warmJournals(storagePrefix);
  const parsed = readConfig(config);
  const modules = new Modules(await loadModules(parsed));
  prefetchData(parsed.objects, modules, task, (url, node) => resolveUrl?.(url, { node }) ?? url, 'now');
}

/** Fetches what the objects of a task show. */
export function prefetchData(
  objects: readonly ConfigNode[],
  modules: Modules,
  task: EditorTask,
  resolve: (url: string, node: ConfigNode) => string,
  when: 'now' | 'later',
): void {
  for (const node of objects) {
    const written = node.get('value') ?? node.get('valueList') ?? node.text;
    const value = resolveVariable(written, task.data);
    modules.forNode(node)?.object?.prefetch?.(node, value, (url) => resolve(url, node), when);
  }
}
