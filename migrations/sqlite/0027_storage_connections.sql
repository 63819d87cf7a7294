-- Connections of an organization: keys that are kept once and used by the storages of several projects, whose managers do not see them.
CREATE TABLE storage_connection (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    workspace_id BIGINT REFERENCES workspace (id) ON DELETE CASCADE,  -- only its projects use it; none: all of the organization
    kind TEXT NOT NULL,                -- the provider
    title TEXT NOT NULL,
    settings TEXT NOT NULL,            -- what of the provider's form belongs to it, as JSON
    secrets BLOB,                      -- the part of it that is never given back, sealed
    places TEXT NOT NULL,              -- JSON list of buckets, or bucket/prefix, that it may be used for; empty: what the keys open
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX storage_connection_organization ON storage_connection (organization_id, id);
ALTER TABLE storage ADD COLUMN connection_id BIGINT REFERENCES storage_connection (id) ON DELETE SET NULL;
CREATE INDEX storage_connection_use ON storage (connection_id) WHERE connection_id IS NOT NULL;

-- Where syncs go on: an interrupted one where it stopped; one of a source that only grows behind the last key it has seen.
ALTER TABLE storage ADD COLUMN append_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE storage ADD COLUMN last_key TEXT;   -- the last key of a completed sync
ALTER TABLE storage ADD COLUMN resume TEXT;     -- how far the sync has come that did not complete, as JSON
