/** The data manager as it travels: columns, views, actions, jobs, the trash, and what is counted of a project. */
import type { Person, Task } from './types';

export interface WireColumn {
  id: string;
  title: string;
  type: string;
  help?: string;
  target: string;
  /** `data` for a key of the task's data. */
  parent?: string;
  children?: string[];
  schema?: { items?: unknown[]; multiple?: boolean };
  visibility_defaults?: { explore: boolean; labeling: boolean };
  project_defined: boolean;
  /** Wire names of the operators that it takes. */
  operators?: string[];
  orderable?: boolean;
}

export interface ColumnsAnswer {
  columns: WireColumn[];
  people?: Person[];
}

export interface WireFilter {
  filter: string;
  operator: string;
  type: string;
  value: unknown;
  child_filter?: WireFilter;
}

export interface WireFilters {
  conjunction: 'and' | 'or';
  items: WireFilter[];
}

export interface WireView {
  id: number;
  project: number;
  user: number | null;
  order: number;
  /** Free for the interface, but for `filters` and `ordering`. */
  data: Record<string, unknown>;
  private?: boolean;
  can_change?: boolean;
}

/** Which tasks: all but some, or some. */
export type SelectedItems = { all: true; excluded: number[] } | { all: false; included: number[] };

/** What the list of tasks, its totals and the actions read. */
export interface TaskQuery {
  filters?: WireFilters;
  ordering?: string[];
  selectedItems?: SelectedItems;
  hiddenColumns?: { explore: string[]; labeling: string[] };
  columnsDisplayType?: Record<string, string>;
}

/** A task as the list has it: more than one on its own, as far as the query asks for it. */
export interface ListedTask extends Task {
  annotators?: number[];
  assigned?: number[];
  updated_by?: { user_id: number }[];
  completed_at?: string | null;
  annotations_results?: string;
  predictions_results?: string;
  annotations_ids?: string;
  predictions_score?: number | null;
  predictions_model_versions?: string;
  avg_lead_time?: number | null;
  draft_exists?: boolean;
  ground_truth?: boolean;
  /** Control, label, count over the task's annotations. */
  labels?: Record<string, Record<string, number>>;
}

export interface Totals {
  total: number;
  total_annotations: number | null;
  total_predictions: number | null;
}

export interface ListedTasks extends Totals {
  tasks: ListedTask[];
  /** False: `total` is what is known to be there at least. */
  total_is_exact?: boolean;
  /** The page may have more tasks than were found in time; asked for without `totals=later` it has them all. */
  is_searching?: boolean;
  indexing?: { column: string; done: number; total: number }[];
}

export interface FormField {
  type: 'select' | 'input' | 'number' | 'checkbox';
  name: string;
  label: string;
  options?: ({ value: string; label: string } | string)[];
  placeholder?: string;
  searchable?: boolean;
  multiple?: boolean;
  required?: boolean;
  value?: unknown;
}

export interface FormSection {
  columnCount?: number;
  fields: FormField[];
}

export interface DataAction {
  id: string;
  title: string;
  order: number;
  dialog?: { title?: string; text?: string; type?: string; form?: FormSection[] | null };
  /** What it takes away goes to the trash, and can be brought back. */
  deletes?: boolean;
  disabled?: boolean;
  disabled_reason?: string;
}

export interface Job {
  id: number;
  kind: string;
  title: string;
  project: number;
  created_by: number | null;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  result: { detail?: string; download?: string; [key: string]: unknown } | null;
  error: string | null;
  can_cancel: boolean;
  /** What it deleted. */
  trash: number | null;
}

export interface TrashEntry {
  id: number;
  project: number;
  kind: 'tasks' | 'annotations' | 'predictions';
  items: number;
  created_by: number | null;
  created_at: string;
  expires_at: string;
  restored: boolean;
  job: number | null;
}

export interface ProjectStatistics {
  tasks: {
    total: number;
    finished: number;
    annotated: number;
    skipped_annotations: number;
    annotations: number;
    predictions: number;
    ground_truths: number;
  };
  days: { day: string; submitted: number; skipped: number; updated: number; seconds: number }[];
  people: ({
    user: number;
    tasks: number;
    submitted: number;
    skipped: number;
    updated: number;
    seconds: number;
    seconds_per_task: number | null;
    last_at: string | null;
  } & Omit<Person, 'id'>)[];
  labels: { control: string; labels: { label: string; count: number }[] }[];
  seconds_per_task: number | null;
}
