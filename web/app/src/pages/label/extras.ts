/** What the labeling page gives to the editor beside saving: history, ground truth, keys and addresses of places. */
import { api, type Project, type Task } from '@labelkeep/api';
import type { AnnotationState, EditorOptions, EditorPlace, ResultItem } from '@labelkeep/editor';
import type { QueryClient } from '@tanstack/react-query';

type Extras = Pick<EditorOptions, 'loadHistory' | 'loadState' | 'onGroundTruth' | 'onHotkeys' | 'linkTo'>;

export function editorExtras(project: Project, task: Task, queries: QueryClient): Extras {
  return {
    loadHistory: (id) => api.get<AnnotationState[]>(`/api/annotations/${id}/history`),
    loadState: async (id, state) =>
      (await api.get<{ result: ResultItem[] }>(`/api/annotations/${id}/history/${state}`)).result,
    onGroundTruth: async (id, value) => {
      await api.patch(`/api/annotations/${id}/`, { ground_truth: value });
    },
    onHotkeys: async (hotkeys) => {
      await api.patch('/api/current-user/hotkeys/', { custom_hotkeys: hotkeys });
      queries.setQueryData(['me'], (me: object | undefined) => me && { ...me, custom_hotkeys: hotkeys });
    },
    linkTo: (place) => {
      const address = new URL(`/projects/${project.id}/data`, location.href);
      address.searchParams.set('task', String(task.id));
      for (const [name, value] of Object.entries(place)) address.searchParams.set(name, String(value));
      return address.href;
    },
  };
}

/** What the address names beside the task: `annotation`, `prediction`, `region`. */
export function placeInAddress(): { place?: EditorPlace } {
  const query = new URLSearchParams(location.search);
  const place: Record<string, string> = {};
  for (const name of ['annotation', 'prediction', 'region']) {
    const value = query.get(name);
    if (value) place[name] = value;
  }
  return Object.keys(place).length > 0 ? { place } : {};
}
