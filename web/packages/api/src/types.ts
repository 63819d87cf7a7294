/** Resources as they travel (reference: the REST API of these resources). Times are ISO 8601 in UTC. */

export interface Person {
  id: number;
  first_name: string;
  last_name: string;
  email: string;
  avatar: string | null;
}

export interface Project {
  id: number;
  title: string;
  description: string;
  label_config: string;
  expert_instruction: string;
  show_instruction: boolean;
  show_skip_button: boolean;
  enable_empty_annotation: boolean;
  show_collab_predictions: boolean;
  maximum_annotations: number;
  model_version: string | null;
  sampling: string;
  skip_queue: string;
  color: string;
  created_by: Person | null;
  created_at: string;
  pinned_at: string | null;
  task_number: number;
  finished_task_number: number;
  total_annotations_number: number;
  total_predictions_number: number;
  skipped_annotations_number: number;
  queue_total: number;
  queue_done: number;
  config_has_control_tags: boolean;
  workspace?: number | null;
  /** Whether annotators and reviewers see it. */
  is_published?: boolean;
  /** Whether annotators get any open task, or only those that were assigned to them. */
  assignment?: 'automatic' | 'manual';
  /** The server neither fetches, stores nor sends its media. */
  never_touches_media?: boolean;
  /** What the caller is in this project, and what they may do there. */
  role?: Role;
  permissions?: string[];
}

export interface Annotation {
  id: number;
  result: readonly Record<string, unknown>[];
  created_username: string;
  completed_by: number | Person | null;
  was_cancelled: boolean;
  ground_truth: boolean;
  created_at: string;
  updated_at: string;
  lead_time: number | null;
  task: number;
  project: number;
}

export interface Prediction {
  id: number;
  result: readonly Record<string, unknown>[];
  model_version: string | null;
  score: number | null;
  created_at: string;
  task: number;
}

export interface Draft {
  id: number;
  user: string;
  result: readonly Record<string, unknown>[];
  lead_time: number | null;
  was_postponed: boolean;
  annotation: number | null;
  created_at: string;
  updated_at: string;
}

export interface Task {
  id: number;
  inner_id: number;
  project: number;
  data: Record<string, unknown>;
  meta: unknown;
  is_labeled: boolean;
  overlap: number;
  total_annotations: number;
  cancelled_annotations: number;
  total_predictions: number;
  created_at: string;
  updated_at: string;
  annotations?: Annotation[];
  predictions?: Prediction[];
  drafts?: Draft[];
}

export interface TaskPage {
  tasks: Task[];
  total: number;
  total_annotations: number;
  total_predictions: number;
}

export interface User {
  id: number;
  first_name: string;
  last_name: string;
  username: string;
  email: string;
  avatar: string | null;
  initials: string;
  phone: string;
  active_organization: number | null;
  active_organization_meta: { title: string; email: string };
  custom_hotkeys: Record<string, unknown>;
  date_joined: string;
  last_activity?: string | null;
  permissions?: string[];
  /** The person's role in the organization they work in now; only in one's own account. */
  role?: Role;
  /** Names of the actions they may do there, by which pages show or hide. */
  role_permissions?: string[];
  email_verified?: boolean;
  /** The address that waits to be confirmed. */
  pending_email?: string | null;
  /** Whether the server sends mail. */
  mail_enabled?: boolean;
}

/** Owner, administrator, manager, member (everybody while roles are off), reviewer, annotator, deactivated. */
export type Role = 'OW' | 'AD' | 'MA' | 'ME' | 'RE' | 'AN' | 'DI';

export interface Template {
  title: string;
  group: string;
  details: string;
  config: string;
}
