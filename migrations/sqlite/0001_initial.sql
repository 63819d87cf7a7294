-- Times are whole microseconds since 1970-01-01 UTC (BIGINT): one comparison on both databases, no parsing on lists.
-- JSON documents are TEXT: they travel from socket to database and back as they came, key order and number text kept.
-- The same file exists for PostgreSQL; they differ in the spelling of types only.

CREATE TABLE organization (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    contact_info TEXT,
    created_by BIGINT,
    invite_link BLOB,                  -- sealed
    invite_hash BLOB,                  -- SHA-256 of the link's token
    invite_expires_at BIGINT,
    api_tokens_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    legacy_api_tokens_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,        -- lower case
    username TEXT NOT NULL DEFAULT '',
    first_name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    password_hash TEXT,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    avatar TEXT,
    custom_hotkeys TEXT NOT NULL DEFAULT '{}',
    allow_newsletters BOOLEAN,
    active_organization BIGINT,
    last_activity BIGINT NOT NULL,
    date_joined BIGINT NOT NULL
);

CREATE TABLE membership (
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (organization_id, account_id)
);

CREATE TABLE session (
    id_hash BLOB PRIMARY KEY,          -- SHA-256 of the cookie's value
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf_secret BLOB NOT NULL,
    persistent BOOLEAN NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- legacy | refresh
    secret_hash BLOB NOT NULL UNIQUE,  -- SHA-256 of the legacy token, or of the refresh token's jti
    listed TEXT NOT NULL DEFAULT '',   -- a refresh token without its signature; the first characters of a legacy one
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX token_account ON token (account_id);

CREATE TABLE login_attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,             -- account:<email> | address:<network>
    at BIGINT NOT NULL
);
CREATE INDEX login_attempt_subject ON login_attempt (subject, at);

CREATE TABLE signing_key (
    id TEXT PRIMARY KEY,               -- the JWT header's kid
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    label_config TEXT NOT NULL DEFAULT '<View></View>',
    parsed_label_config TEXT NOT NULL DEFAULT '{}',
    control_weights TEXT NOT NULL DEFAULT '{}',
    expert_instruction TEXT NOT NULL DEFAULT '',
    show_instruction BOOLEAN NOT NULL DEFAULT FALSE,
    show_skip_button BOOLEAN NOT NULL DEFAULT TRUE,
    enable_empty_annotation BOOLEAN NOT NULL DEFAULT TRUE,
    show_annotation_history BOOLEAN NOT NULL DEFAULT FALSE,
    show_collab_predictions BOOLEAN NOT NULL DEFAULT TRUE,
    reveal_preannotations_interactively BOOLEAN NOT NULL DEFAULT FALSE,
    evaluate_predictions_automatically BOOLEAN NOT NULL DEFAULT FALSE,
    model_version TEXT,
    maximum_annotations BIGINT NOT NULL DEFAULT 1,
    overlap_cohort_percentage BIGINT NOT NULL DEFAULT 100,
    show_overlap_first BOOLEAN NOT NULL DEFAULT FALSE,
    show_ground_truth_first BOOLEAN NOT NULL DEFAULT FALSE,
    annotator_evaluation_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    sampling TEXT NOT NULL DEFAULT 'Sequential sampling',
    skip_queue TEXT NOT NULL DEFAULT 'REQUEUE_FOR_OTHERS',
    min_annotations_to_start_training BIGINT NOT NULL DEFAULT 0,
    task_data_login TEXT,
    task_data_password BLOB,           -- sealed
    color TEXT NOT NULL DEFAULT '#FFFFFF',
    is_published BOOLEAN NOT NULL DEFAULT FALSE,
    is_draft BOOLEAN NOT NULL DEFAULT FALSE,
    pinned_at BIGINT,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    -- Counters, kept in the transaction that changes what they count.
    last_inner_id BIGINT NOT NULL DEFAULT 0,
    task_number BIGINT NOT NULL DEFAULT 0,
    finished_task_number BIGINT NOT NULL DEFAULT 0,
    num_tasks_with_annotations BIGINT NOT NULL DEFAULT 0,
    total_annotations_number BIGINT NOT NULL DEFAULT 0,
    total_predictions_number BIGINT NOT NULL DEFAULT 0,
    useful_annotation_number BIGINT NOT NULL DEFAULT 0,
    ground_truth_number BIGINT NOT NULL DEFAULT 0,
    skipped_annotations_number BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX project_organization ON project (organization_id, pinned_at, created_at) WHERE deleted_at IS NULL;

-- What one person has done in one project; feeds queue_total and queue_done.
CREATE TABLE project_progress (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    annotated_tasks BIGINT NOT NULL DEFAULT 0,           -- tasks with any annotation of the person
    annotated_tasks_kept BIGINT NOT NULL DEFAULT 0,      -- tasks with one that is not skipped
    annotated_tasks_finished BIGINT NOT NULL DEFAULT 0,  -- of annotated_tasks, those that are finished
    queue_cursor BIGINT NOT NULL DEFAULT 0,              -- the last task handed out in sequence
    PRIMARY KEY (project_id, account_id)
);

-- kind: column (key) | tuple (from_name|to_name|type) | label (from_name, label) | draft_label | model_version (version)
CREATE TABLE project_summary (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    amount BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, kind, name, label)
);

CREATE TABLE file_upload (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,                -- <8 hex>-<cleaned original name>
    stored_as TEXT NOT NULL,           -- random name in the upload folder
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX file_upload_name ON file_upload (project_id, name);

-- A task import. While pending is true no query shows its tasks.
CREATE TABLE task_import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    pending BOOLEAN NOT NULL DEFAULT TRUE,
    status TEXT NOT NULL,              -- in_progress | completed | failed
    summary TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX task_import_pending ON task_import (project_id) WHERE pending;

CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    inner_id BIGINT NOT NULL,
    data TEXT NOT NULL,
    meta TEXT NOT NULL DEFAULT '{}',
    overlap BIGINT NOT NULL DEFAULT 1,
    allow_skip BOOLEAN NOT NULL DEFAULT TRUE,
    is_labeled BOOLEAN NOT NULL DEFAULT FALSE,
    total_annotations BIGINT NOT NULL DEFAULT 0,      -- not skipped
    cancelled_annotations BIGINT NOT NULL DEFAULT 0,  -- skipped
    total_predictions BIGINT NOT NULL DEFAULT 0,
    useful_annotations BIGINT NOT NULL DEFAULT 0,     -- not skipped, not ground truth
    ground_truths BIGINT NOT NULL DEFAULT 0,
    import_id BIGINT NOT NULL DEFAULT 0,
    file_upload_id BIGINT,
    updated_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX task_project ON task (project_id, id);
CREATE INDEX task_project_inner ON task (project_id, inner_id);
-- The queue reads this one: it shrinks as work is done, so the next task costs the same at any size.
CREATE INDEX task_open ON task (project_id, id) WHERE is_labeled = FALSE;
-- Tasks that others have begun, for projects that want several annotations of each.
CREATE INDEX task_begun ON task (project_id, total_annotations) WHERE is_labeled = FALSE AND total_annotations > 0;

CREATE TABLE annotation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL,
    completed_by BIGINT,
    result TEXT NOT NULL,
    result_count BIGINT NOT NULL DEFAULT 0,
    was_cancelled BOOLEAN NOT NULL DEFAULT FALSE,
    ground_truth BOOLEAN NOT NULL DEFAULT FALSE,
    lead_time DOUBLE PRECISION,
    unique_id TEXT,
    import_id BIGINT,
    prediction TEXT NOT NULL DEFAULT '{}',
    parent_prediction BIGINT,
    parent_annotation BIGINT,
    last_action TEXT,
    last_created_by BIGINT,
    bulk_created BOOLEAN,
    draft_created_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1,
    updated_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX annotation_task ON annotation (task_id);
-- Skipped tasks that come back to the person who skipped them.
CREATE INDEX annotation_skipped ON annotation (project_id, completed_by, updated_at) WHERE was_cancelled;
CREATE UNIQUE INDEX annotation_unique_id ON annotation (unique_id) WHERE unique_id IS NOT NULL;

-- Append only. Every acknowledged save is a row here; op_id is made by the client (or by us for clients that send none).
CREATE TABLE annotation_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    op_id TEXT NOT NULL UNIQUE,
    annotation_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,                -- submitted | updated | skipped | deleted | converted_to_draft | conflict
    revision BIGINT NOT NULL,
    result TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX annotation_log_annotation ON annotation_log (annotation_id);

CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    annotation_id BIGINT REFERENCES annotation (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    result TEXT NOT NULL,
    lead_time DOUBLE PRECISION,
    was_postponed BOOLEAN NOT NULL DEFAULT FALSE,
    import_id BIGINT,
    op_id TEXT,                        -- of the newest save: a repeat is answered, not applied
    revision BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX draft_task ON draft (task_id);
CREATE INDEX draft_annotation ON draft (annotation_id);
CREATE INDEX draft_postponed ON draft (account_id, task_id) WHERE was_postponed;

CREATE TABLE prediction (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL,
    result TEXT NOT NULL,
    score DOUBLE PRECISION,
    model_version TEXT,
    cluster BIGINT,
    neighbors TEXT,
    mislabeling DOUBLE PRECISION NOT NULL DEFAULT 0,
    model BIGINT,
    model_run BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX prediction_task ON prediction (task_id);
-- Uncertainty sampling takes the lowest score first.
CREATE INDEX prediction_score ON prediction (project_id, model_version, score);

CREATE TABLE task_lock (
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    unique_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, account_id)
);
CREATE INDEX task_lock_account ON task_lock (project_id, account_id);

-- What a person has been handed in the stream, in order of the first visit.
CREATE TABLE stream_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    annotation_id BIGINT
);
CREATE UNIQUE INDEX stream_history_task ON stream_history (project_id, account_id, task_id);
CREATE INDEX stream_history_order ON stream_history (project_id, account_id, id);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT,
    account_id BIGINT,
    token_id BIGINT,
    address TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL,
    object TEXT NOT NULL DEFAULT '',   -- kind:id
    detail TEXT NOT NULL DEFAULT '{}',
    at BIGINT NOT NULL
);
