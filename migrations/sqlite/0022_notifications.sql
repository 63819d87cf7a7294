-- What has ended without the person looking on: imports, exports and other long work.
CREATE TABLE notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    organization_id BIGINT NOT NULL,
    project_id BIGINT REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- import | export | action
    state TEXT NOT NULL,               -- done | failed | cancelled
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    link TEXT NOT NULL,                -- a path of the app
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notification_account ON notification (account_id, organization_id, id);
CREATE INDEX notification_created ON notification (created_at);

-- What people have chosen about them; without a row: no mail.
CREATE TABLE notification_choice (
    account_id BIGINT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    by_mail BOOLEAN NOT NULL
);

-- An import that is a job goes on after a stop of the server; its tasks are not taken back as long as the job is not finished.
ALTER TABLE task_import ADD COLUMN job_id BIGINT;
