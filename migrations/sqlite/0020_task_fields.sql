-- Keys of task data that lists are ordered or filtered by: each is an index of their values that a job fills, and that every write of
-- task data keeps from then on. No table is changed for it.
CREATE TABLE field_index (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL,                -- the key
    or_undefined BOOLEAN NOT NULL,     -- the value under $undefined$ counts where the key has none
    until_id BIGINT NOT NULL DEFAULT 0,           -- every task up to this one is in it
    done BIGINT NOT NULL DEFAULT 0,               -- tasks that are in it, while it is filled
    is_complete BOOLEAN NOT NULL DEFAULT FALSE,   -- every task is in it, new ones too
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, name, or_undefined)
);

-- The values; a task without one has a row, too.
CREATE TABLE task_field (
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    field_id BIGINT NOT NULL REFERENCES field_index (id) ON DELETE CASCADE,
    text_value TEXT,                 -- its first characters: they decide its place
    number_value DOUBLE PRECISION,     -- when the whole of it is one
    PRIMARY KEY (task_id, field_id)
) WITHOUT ROWID;
CREATE INDEX task_field_text ON task_field (field_id, text_value, task_id);
CREATE INDEX task_field_number ON task_field (field_id, number_value, task_id);
