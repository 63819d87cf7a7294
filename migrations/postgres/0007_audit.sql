-- What an entry says about the request, beside what was done.
ALTER TABLE audit ADD COLUMN project_id BIGINT;
ALTER TABLE audit ADD COLUMN method TEXT;
ALTER TABLE audit ADD COLUMN route TEXT;                           -- template of the path: no query, no name, no secret
ALTER TABLE audit ADD COLUMN status BIGINT;                        -- of the answer; null where the entry was written before it
ALTER TABLE audit ADD COLUMN agent TEXT;
ALTER TABLE audit ADD COLUMN result TEXT NOT NULL DEFAULT 'ok';    -- ok | denied | failed
ALTER TABLE audit ADD COLUMN routine BOOLEAN NOT NULL DEFAULT FALSE;  -- saves and views: most of the log, not in the index below
UPDATE audit SET result = 'failed' WHERE action LIKE '%.failed';
UPDATE audit SET routine = TRUE WHERE action LIKE 'annotation.%' AND action <> 'annotation.delete';
-- What auditors look for by its name, without a cost for saves.
CREATE INDEX audit_notable ON audit (organization_id, action, id) WHERE routine = FALSE;
-- Entries are never changed; only those whose time is over are removed (SEC-208 will take both rights from the program's role).
CREATE FUNCTION audit_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit log are never changed';
END;
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only();

-- The chain of each organization (0: none): entry n is hashed with the hash of entry n - 1. Written by one chainer, after the entries.
CREATE TABLE audit_chain (
    audit_id BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE UNIQUE INDEX audit_chain_sequence ON audit_chain (organization_id, sequence);

-- Signed: the chain had this hash at this entry.
CREATE TABLE audit_checkpoint (
    organization_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    pruned BOOLEAN NOT NULL,           -- the chain begins here: what was before is gone, its time was over
    hash BYTEA NOT NULL,
    key_id TEXT NOT NULL,
    signature BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, sequence, pruned)
);

CREATE TABLE audit_key (
    id TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- One row. Everything up to the watermark is chained; the turn keeps chainers of several replicas apart.
CREATE TABLE audit_chainer (
    id BIGINT PRIMARY KEY,
    turn BIGINT NOT NULL,
    watermark BIGINT NOT NULL
);
INSERT INTO audit_chainer (id, turn, watermark) VALUES (1, 0, 0);

-- Counts of a day (since 1970-01-01): page | annotation | data_type | tag. Names come from lists of ours.
CREATE TABLE usage_statistic (
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (organization_id, day, kind, name)
);
