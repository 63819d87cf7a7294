-- Object stores say which objects are new.
ALTER TABLE storage ADD COLUMN events_hash BLOB;   -- SHA-256 of the secret with which they say so; none: nobody is listened to

-- Events that were taken: the same one that comes again is no news. Older ones than are kept here are refused.
CREATE TABLE storage_event (
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    event_hash BLOB NOT NULL,          -- SHA-256 of the event's name
    at BIGINT NOT NULL,                -- when it happened
    PRIMARY KEY (storage_id, event_hash)
) WITHOUT ROWID;
CREATE INDEX storage_event_at ON storage_event (at);

-- Objects that events have named and that are still to be read.
CREATE TABLE storage_arrival (
    storage_id BIGINT NOT NULL REFERENCES storage (id) ON DELETE CASCADE,
    object_key TEXT NOT NULL,
    size BIGINT NOT NULL,              -- bytes
    due_at BIGINT NOT NULL,            -- nobody reads it before then
    attempts BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (storage_id, object_key)
) WITHOUT ROWID;
CREATE INDEX storage_arrival_due ON storage_arrival (due_at);
