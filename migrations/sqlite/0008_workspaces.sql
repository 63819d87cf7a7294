-- A role in a project has a number of its own in the API, so the membership that carries it has one.
CREATE TABLE project_member_numbered (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT,                         -- reviewer | annotator, where it differs from the one in the organization
    role_source TEXT NOT NULL DEFAULT 'manual',
    created_at BIGINT NOT NULL
);
INSERT INTO project_member_numbered (project_id, account_id, role, role_source, created_at)
    SELECT project_id, account_id, role, role_source, created_at FROM project_member;
DROP TABLE project_member;
ALTER TABLE project_member_numbered RENAME TO project_member;
CREATE UNIQUE INDEX project_member_person ON project_member (project_id, account_id);
CREATE INDEX project_member_account ON project_member (account_id);
