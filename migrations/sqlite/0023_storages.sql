-- Storages of projects: buckets and folders whose objects become tasks (sources), or to which annotations are written (targets).
CREATE TABLE storage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- the provider
    is_target BOOLEAN NOT NULL,
    title TEXT,
    description TEXT,
    settings TEXT NOT NULL,            -- what the provider's form asks for, as JSON
    secrets BLOB,                      -- the part of it that is never given back, sealed
    regex_filter TEXT,
    use_blob_urls BOOLEAN NOT NULL,    -- each object is one task; else objects hold tasks
    recursive_scan BOOLEAN NOT NULL,
    presign BOOLEAN NOT NULL,          -- media by signed links; else through the server
    presign_ttl BIGINT NOT NULL,       -- minutes
    can_delete_objects BOOLEAN,
    synchronizable BOOLEAN NOT NULL,
    status TEXT NOT NULL,              -- initialized | queued | in_progress | failed | completed | completed_with_errors
    last_sync BIGINT,
    last_sync_count BIGINT,
    last_job_id BIGINT,
    traceback TEXT,
    meta TEXT NOT NULL DEFAULT '{}',
    log_mark BIGINT NOT NULL,          -- of a target: up to which entry of the log of annotations it has been given work
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX storage_project ON storage (project_id, id);
CREATE INDEX storage_target ON storage (id) WHERE is_target;

-- Objects that a source has read.
CREATE TABLE storage_object (
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    object_key TEXT NOT NULL,
    etag TEXT NOT NULL,                -- of the content that tasks were made of
    tasks BIGINT NOT NULL,
    has_changed BOOLEAN NOT NULL,      -- the store has other content now
    problem TEXT,                      -- why no tasks came of it; it is read again
    PRIMARY KEY (storage_id, object_key)
) WITHOUT ROWID;
CREATE INDEX storage_object_problem ON storage_object (storage_id) WHERE problem IS NOT NULL OR has_changed;

-- From which object a task came. It goes with the task, so that the next sync makes a deleted one again.
CREATE TABLE storage_task (
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    object_key TEXT NOT NULL,
    row_index BIGINT,                  -- in an object of many tasks
    PRIMARY KEY (task_id, storage_id)
) WITHOUT ROWID;
CREATE INDEX storage_task_object ON storage_task (storage_id, object_key);

-- What a target still has to be given: annotations that were saved or deleted.
CREATE TABLE storage_work (
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    annotation_id BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    PRIMARY KEY (storage_id, annotation_id)
) WITHOUT ROWID;
CREATE INDEX storage_work_due ON storage_work (due_at);

-- Objects that a target has.
CREATE TABLE storage_written (
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    annotation_id BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (storage_id, annotation_id)
) WITHOUT ROWID;
