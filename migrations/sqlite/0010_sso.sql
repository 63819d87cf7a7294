-- Sign-in by other services: how an organization's provider is reached, whose identities are known, and sign-ins that are
-- at the provider now.
CREATE TABLE identity_provider (
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- oidc | ldap
    settings TEXT NOT NULL,            -- JSON, without the secret
    secret BLOB,                       -- sealed: client secret, password of the directory's reader
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, kind)
);

-- Who somebody is elsewhere. It counts in the organization whose provider said it, and nowhere else.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,               -- as the provider said it last
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    UNIQUE (organization_id, issuer, subject)
);
CREATE INDEX identity_account ON identity (account_id);

CREATE TABLE oidc_flow (
    id_hash BLOB PRIMARY KEY,          -- SHA-256 of the cookie's value
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    account_id BIGINT,                 -- whose account gets the identity; none for a sign-in
    state TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    next TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_flow_expires ON oidc_flow (expires_at);

-- Members may sign in with a password; without it only owners with a second factor can (break-glass).
ALTER TABLE organization ADD COLUMN local_passwords BOOLEAN NOT NULL DEFAULT TRUE;
-- Where a session by a provider works, and nowhere else; none after a password, which is good in every organization.
ALTER TABLE session ADD COLUMN organization_id BIGINT;
ALTER TABLE sign_in_step ADD COLUMN organization_id BIGINT;
