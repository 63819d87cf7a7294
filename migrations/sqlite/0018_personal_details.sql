-- What the audit log says of a person is encrypted with a key of their own; without the key nobody reads it, and the chain of
-- the log stays as it is.
CREATE TABLE audit_person (
    subject TEXT PRIMARY KEY,          -- an account's id; of an address that has no account, its digest
    sealed BLOB NOT NULL               -- the key
);

-- From where and with what somebody came, once for many entries, which name it by its digest.
CREATE TABLE audit_client (
    id TEXT PRIMARY KEY,               -- digest of what is hidden
    account_id BIGINT NOT NULL,
    hidden BLOB NOT NULL,              -- address and agent, encrypted with the person's key
    seen_at BIGINT NOT NULL            -- to the day
);
CREATE INDEX audit_client_account ON audit_client (account_id);

-- A passkey's question is kept by the browser.
ALTER TABLE sign_in_step DROP COLUMN challenge;
