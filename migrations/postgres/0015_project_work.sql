-- Work a day and person, made from the log of annotations behind the saves: no save pays for it.
CREATE TABLE project_day (
    project_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    day BIGINT NOT NULL,               -- days since 1970-01-01 UTC
    submitted BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    seconds DOUBLE PRECISION NOT NULL DEFAULT 0,  -- lead time of what was submitted
    timed BIGINT NOT NULL DEFAULT 0,   -- how many of these have one
    last_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, day, account_id)
);

-- Up to which entry of the log the table above has come.
CREATE TABLE work_mark (
    id BIGINT PRIMARY KEY,
    log_id BIGINT NOT NULL
);
INSERT INTO work_mark (id, log_id) VALUES (1, 0);

-- Lists in the order of annotations, from either end.
CREATE INDEX task_annotations ON task (project_id, total_annotations, id);

-- Texts of task data, folded by the program: which tasks may hold a text.
CREATE TABLE task_text (
    task_id BIGINT PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL,
    content TEXT NOT NULL
);
-- By trigrams, where the extension may be made; else the texts of a project are read.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX task_text_content ON task_text USING gin (content gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    CREATE INDEX task_text_project ON task_text (project_id);
END $$;

-- Projects that have one, and how far it reaches.
CREATE TABLE text_index (
    project_id BIGINT PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    from_id BIGINT NOT NULL,           -- the first task of the project
    until_id BIGINT NOT NULL           -- every task up to this one is in it
);
