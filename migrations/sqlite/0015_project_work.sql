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
) WITHOUT ROWID;

-- Up to which entry of the log the table above has come.
CREATE TABLE work_mark (
    id BIGINT PRIMARY KEY,
    log_id BIGINT NOT NULL
);
INSERT INTO work_mark (id, log_id) VALUES (1, 0);

-- Lists in the order of annotations, from either end.
CREATE INDEX task_annotations ON task (project_id, total_annotations, id);

-- Texts of task data by trigrams: which tasks may hold a text. Texts are folded by the program; the table keeps none of them.
CREATE VIRTUAL TABLE task_text USING fts5(
    content, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

-- Projects that have one, and how far it reaches.
CREATE TABLE text_index (
    project_id BIGINT PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    from_id BIGINT NOT NULL,           -- the first task of the project
    until_id BIGINT NOT NULL           -- every task up to this one is in it
);
