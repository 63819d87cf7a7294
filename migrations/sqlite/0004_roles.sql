-- Roles: what somebody without a role of their own is. 'member' until roles are used, 'annotator' from then on.
ALTER TABLE organization ADD COLUMN default_role TEXT NOT NULL DEFAULT 'member';
-- Who gave the role: manual | api | oidc | ldap | scim | invitation
ALTER TABLE membership ADD COLUMN role_source TEXT NOT NULL DEFAULT 'manual';

-- What the owner has switched; a permission without a row is as the policy's table says.
CREATE TABLE organization_permission (
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    roles TEXT NOT NULL,               -- words, separated by blanks
    PRIMARY KEY (organization_id, permission)
);

CREATE TABLE workspace (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    color TEXT NOT NULL DEFAULT '#FFFFFF',
    is_personal BOOLEAN NOT NULL DEFAULT FALSE,  -- a sandbox: only its maker sees it and what is in it
    is_archived BOOLEAN NOT NULL DEFAULT FALSE,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX workspace_organization ON workspace (organization_id, title);
CREATE UNIQUE INDEX workspace_sandbox ON workspace (organization_id, created_by) WHERE is_personal;

-- Members of a workspace reach its projects. The role, when there is one, counts in all of them.
CREATE TABLE workspace_member (
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, account_id)
);
CREATE INDEX workspace_member_account ON workspace_member (account_id);

ALTER TABLE project ADD COLUMN workspace_id BIGINT REFERENCES workspace (id);
-- The maker of the personal workspace in which the project is: nobody else sees it.
ALTER TABLE project ADD COLUMN sandbox_of BIGINT;
-- automatic: the queue hands out tasks to all annotators; manual: to those to whom they are assigned.
ALTER TABLE project ADD COLUMN assignment TEXT NOT NULL DEFAULT 'automatic';
CREATE INDEX project_workspace ON project (workspace_id) WHERE workspace_id IS NOT NULL;

CREATE TABLE project_member (
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT,                         -- reviewer | annotator, where it differs from the one in the organization
    role_source TEXT NOT NULL DEFAULT 'manual',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, account_id)
);
CREATE INDEX project_member_account ON project_member (account_id);

CREATE TABLE task_assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    task_id BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- AN (annotator) | RE (reviewer)
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX task_assignment_task ON task_assignment (task_id, account_id, kind);
CREATE INDEX task_assignment_account ON task_assignment (project_id, account_id, kind, task_id);
