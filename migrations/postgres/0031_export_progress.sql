-- How far an export has come, so that it goes on there after a stop of the server, and people see it.
ALTER TABLE export_snapshot ADD COLUMN written BIGINT NOT NULL DEFAULT 0;       -- bytes of the file that hold whole tasks
ALTER TABLE export_snapshot ADD COLUMN last_task_id BIGINT NOT NULL DEFAULT 0;  -- the last of these tasks
ALTER TABLE export_conversion ADD COLUMN done BIGINT NOT NULL DEFAULT 0;        -- tasks of the snapshot that have been read
