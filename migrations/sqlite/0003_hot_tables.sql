-- Small rows that every save changes lie in their primary key's tree alone: one page to write where there were two.

CREATE TABLE progress (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    annotated_tasks BIGINT NOT NULL DEFAULT 0,           -- tasks with any annotation of the person
    annotated_tasks_kept BIGINT NOT NULL DEFAULT 0,      -- tasks with one that is not skipped
    annotated_tasks_finished BIGINT NOT NULL DEFAULT 0,  -- of annotated_tasks, those that are finished
    queue_cursor BIGINT NOT NULL DEFAULT 0,              -- the last task handed out in sequence
    PRIMARY KEY (project_id, account_id)
) WITHOUT ROWID;
INSERT INTO progress (project_id, account_id, annotated_tasks, annotated_tasks_kept, annotated_tasks_finished, queue_cursor)
    SELECT project_id, account_id, annotated_tasks, annotated_tasks_kept, annotated_tasks_finished, queue_cursor
    FROM project_progress;
DROP TABLE project_progress;
ALTER TABLE progress RENAME TO project_progress;

CREATE TABLE summary (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    amount BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, kind, name, label)
) WITHOUT ROWID;
INSERT INTO summary (project_id, kind, name, label, amount, updated_at)
    SELECT project_id, kind, name, label, amount, updated_at FROM project_summary;
DROP TABLE project_summary;
ALTER TABLE summary RENAME TO project_summary;

CREATE TABLE reservation (
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    unique_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, account_id)
) WITHOUT ROWID;
INSERT INTO reservation (task_id, account_id, project_id, unique_id, expires_at)
    SELECT task_id, account_id, project_id, unique_id, expires_at FROM task_lock;
DROP TABLE task_lock;
ALTER TABLE reservation RENAME TO task_lock;
CREATE INDEX task_lock_account ON task_lock (project_id, account_id);

-- The annotation that somebody made of a task is found in the annotations; here it would have to be kept in step.
CREATE TABLE history (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    place BIGINT NOT NULL,             -- grows with each first visit: its time; small numbers are from before there were times
    PRIMARY KEY (project_id, account_id, task_id)
) WITHOUT ROWID;
INSERT INTO history (project_id, account_id, task_id, place)
    SELECT project_id, account_id, task_id, id FROM stream_history;
DROP TABLE stream_history;
ALTER TABLE history RENAME TO stream_history;
CREATE INDEX stream_history_order ON stream_history (project_id, account_id, place);
