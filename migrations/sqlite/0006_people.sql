-- When the person has shown that mail to their address reaches them; null: nobody knows.
ALTER TABLE account ADD COLUMN email_verified_at BIGINT;
-- The role that somebody who is deactivated gets back.
ALTER TABLE membership ADD COLUMN former_role TEXT;

-- Personal invitations. One that waits an address and organization.
CREATE TABLE invitation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    email TEXT NOT NULL,               -- lower case
    role TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,   -- SHA-256 of the link's token
    sent BOOLEAN NOT NULL,             -- by mail: only who reads that address has the link
    created_by BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX invitation_waiting ON invitation (organization_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;

CREATE TABLE invitation_project (
    invitation_id BIGINT NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    PRIMARY KEY (invitation_id, project_id)
);

CREATE TABLE invitation_workspace (
    invitation_id BIGINT NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    PRIMARY KEY (invitation_id, workspace_id)
);

-- Links that work once. A used one is deleted.
CREATE TABLE account_link (
    token_hash BLOB PRIMARY KEY,       -- SHA-256 of the link's token
    account_id BIGINT REFERENCES account (id) ON DELETE CASCADE,  -- null: makes the first account
    kind TEXT NOT NULL,                -- reset | email | setup
    email TEXT NOT NULL DEFAULT '',    -- the address that the link confirms
    mailed BOOLEAN NOT NULL,           -- sent to the person's address, shown to nobody
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_link_account ON account_link (account_id, kind);

-- Mail that waits for the server that takes it.
CREATE TABLE mail (
    id TEXT PRIMARY KEY,
    organization_id BIGINT,
    recipient TEXT NOT NULL,
    content BLOB NOT NULL,             -- sealed: subject and text, which may hold a link
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,           -- not before
    expires_at BIGINT NOT NULL,        -- worth nothing after
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mail_next ON mail (next_at);

-- Tokens whose owners know that they end soon.
CREATE TABLE token_notice (
    token_id BIGINT PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE,
    at BIGINT NOT NULL
);
