/** Questions to the server that several pages ask. */
import { api, type Project, type Template } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

export interface Sample {
  slug: string;
  title: string;
  description: string;
  task_number: number;
}

export interface Gallery {
  templates: (Template & { slug: string; drawn: boolean; sample: Record<string, unknown> })[];
  groups: string[];
}

export const projectQuery = (id: number) =>
  queryOptions({ queryKey: ['project', id], queryFn: () => api.get<Project>(`/api/projects/${id}/`) });

export const galleryQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: () => api.get<Gallery>('/api/templates/'),
  staleTime: Number.POSITIVE_INFINITY,
});

export const samplesQuery = queryOptions({
  queryKey: ['samples'],
  queryFn: () => api.get<Sample[]>('/api/samples/'),
  staleTime: Number.POSITIVE_INFINITY,
});
