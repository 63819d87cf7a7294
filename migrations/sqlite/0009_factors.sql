-- Second factors. A TOTP secret is sealed; a passkey's row holds its public key and state, which are no secrets.
CREATE TABLE factor (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                -- totp | passkey
    name TEXT NOT NULL,
    data BLOB NOT NULL,                -- totp: the sealed secret; passkey: the state of its enrolment, then the credential
    credential BLOB UNIQUE,            -- a passkey's id
    last_step BIGINT NOT NULL DEFAULT 0,  -- the last TOTP step that was used; none is accepted twice
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,               -- in force from then on
    last_used_at BIGINT
);
CREATE INDEX factor_account ON factor (account_id);

CREATE TABLE recovery_code (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,           -- SHA-256
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- A sign-in between its first and its second step. The cookie's value is not here, only its SHA-256.
CREATE TABLE sign_in_step (
    id_hash BLOB PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    persistent BOOLEAN NOT NULL,
    challenge BLOB,                    -- the state of a passkey's challenge
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_step_expires ON sign_in_step (expires_at);

-- The factor that the session began with, or that was confirmed in it: totp | recovery | passkey | provider.
ALTER TABLE session ADD COLUMN factor TEXT;
-- Words of the roles that need a factor, separated by blanks.
ALTER TABLE organization ADD COLUMN factor_roles TEXT NOT NULL DEFAULT '';
