-- Snapshots: an export that is kept, and the formats that were made of it. The files lie in a folder.
CREATE TABLE export_snapshot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    created_by BIGINT NOT NULL,
    sight TEXT NOT NULL,               -- whose work the maker saw: who sees less does not see the snapshot
    title TEXT NOT NULL,
    options TEXT NOT NULL,             -- filters and how it was written, as asked for
    status TEXT NOT NULL,              -- created | in_progress | completed | failed
    error TEXT,
    counters TEXT NOT NULL DEFAULT '{}',
    report TEXT NOT NULL DEFAULT '{}',
    md5 TEXT NOT NULL DEFAULT '',
    size BIGINT NOT NULL DEFAULT 0,
    stored_as TEXT NOT NULL,           -- random name in the folder of exports
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,        -- moves while it is made
    finished_at BIGINT
);
CREATE INDEX export_snapshot_project ON export_snapshot (project_id, id);

CREATE TABLE export_conversion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id BIGINT NOT NULL REFERENCES export_snapshot (id) ON DELETE CASCADE,
    export_type TEXT NOT NULL,
    options TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    extension TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '{}',
    size BIGINT NOT NULL DEFAULT 0,
    stored_as TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX export_conversion_type ON export_conversion (snapshot_id, export_type);
