-- Provisioning (SCIM): the tokens of an organization's identity provider, what it says of people, and its groups.
CREATE TABLE scim_token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    secret_hash BLOB NOT NULL UNIQUE,  -- SHA-256
    listed TEXT NOT NULL,              -- its first characters
    networks TEXT NOT NULL,            -- from where it works, separated by blanks; empty: from anywhere
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_used_at BIGINT,
    last_used_address TEXT
);
CREATE INDEX scim_token_organization ON scim_token (organization_id);

CREATE TABLE scim_user (
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    external_id TEXT,                  -- the provider's name for the person
    made_account BOOLEAN NOT NULL,     -- the account was made by this organization's provider
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, account_id)
);
CREATE INDEX scim_user_account ON scim_user (account_id);

CREATE TABLE scim_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    display_name TEXT NOT NULL,
    external_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (organization_id, display_name)
);

CREATE TABLE scim_group_member (
    group_id BIGINT NOT NULL REFERENCES scim_group (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, account_id)
);
CREATE INDEX scim_group_member_account ON scim_group_member (account_id);
