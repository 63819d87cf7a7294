-- Views of the data manager: what a tab shows of a project's tasks.
CREATE TABLE task_view (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,        -- who made it
    is_private BOOLEAN NOT NULL DEFAULT FALSE,  -- only its maker sees it
    place BIGINT NOT NULL DEFAULT 0,   -- from the left
    data TEXT NOT NULL DEFAULT '{}',   -- what pages keep of it
    filters TEXT,
    ordering TEXT,
    selected_items TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX task_view_project ON task_view (project_id, place, id);

-- Work that takes longer than a request. A server that takes one keeps its lease; one whose lease has run out is gone on with
-- from its checkpoint, which is written with each step of the work.
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL,
    project_id BIGINT REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,        -- who asked for it
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,               -- queued | running | done | failed | cancelled
    parameters TEXT NOT NULL,
    checkpoint TEXT NOT NULL DEFAULT '{}',
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    result TEXT,
    error TEXT,
    cancel_asked BOOLEAN NOT NULL DEFAULT FALSE,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX job_waiting ON job (lease_until) WHERE finished_at IS NULL;
CREATE INDEX job_project ON job (project_id, id);

-- What actions have deleted; restored from here, or gone for ever when it expires.
CREATE TABLE trash (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    job_id BIGINT,
    kind TEXT NOT NULL,                -- tasks | annotations | predictions
    items BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    restored_at BIGINT
);
CREATE INDEX trash_project ON trash (project_id, id);
CREATE INDEX trash_job ON trash (job_id);
CREATE INDEX trash_expires ON trash (expires_at);

-- A task in the trash stays where it is, under the import id -(id of the trash), whose row in task_import is pending: so no query
-- shows it. It also counts as labeled, so that the queue does not read over it. Here is what it was.
CREATE TABLE trash_task (
    trash_id BIGINT NOT NULL REFERENCES trash (id) ON DELETE CASCADE,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (trash_id, task_id)
) WITHOUT ROWID;
CREATE INDEX trash_task_task ON trash_task (task_id);

-- Annotations, drafts and predictions in the trash, each as the JSON of its row.
CREATE TABLE trash_row (
    trash_id BIGINT NOT NULL REFERENCES trash (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- annotation | draft | prediction
    row_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    PRIMARY KEY (trash_id, task_id, kind, row_id)
) WITHOUT ROWID;
CREATE INDEX trash_row_task ON trash_row (task_id);
