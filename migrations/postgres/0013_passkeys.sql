-- Passkeys: what is remembered of a credential beside its id and its public key (which are in the table already), the handle by
-- which authenticators know an account, and challenges that were answered. Those that were not are stored nowhere: the
-- browser keeps them, sealed.
ALTER TABLE factor ADD COLUMN sign_count BIGINT NOT NULL DEFAULT 0;         -- signatures that the authenticator has counted
ALTER TABLE factor ADD COLUMN backup_eligible BOOLEAN NOT NULL DEFAULT FALSE;  -- it may be copied to other devices
ALTER TABLE factor ADD COLUMN backed_up BOOLEAN NOT NULL DEFAULT FALSE;     -- it is
ALTER TABLE factor ADD COLUMN transports TEXT NOT NULL DEFAULT '';          -- how it is reached, words separated by blanks

CREATE TABLE passkey_user (
    account_id BIGINT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    handle BYTEA NOT NULL UNIQUE      -- random: it says nothing about the person
);

CREATE TABLE spent_challenge (
    hash BYTEA PRIMARY KEY,           -- SHA-256
    expires_at BIGINT NOT NULL         -- the challenge itself is worth nothing from then on
);
CREATE INDEX spent_challenge_expires ON spent_challenge (expires_at);
