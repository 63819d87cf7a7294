-- What every save changes is kept small. PostgreSQL keeps its rows apart from their keys in any case; the rest of this
-- migration is SQLite's.

-- The annotation that somebody made of a task is found in the annotations; here it would have to be kept in step.
DROP INDEX stream_history_order;
ALTER TABLE stream_history DROP COLUMN annotation_id;
ALTER TABLE stream_history DROP CONSTRAINT stream_history_pkey;
ALTER TABLE stream_history ALTER COLUMN id DROP IDENTITY;
-- Grows with each first visit: its time; small numbers are from before there were times.
ALTER TABLE stream_history RENAME COLUMN id TO place;
ALTER TABLE stream_history ADD PRIMARY KEY USING INDEX stream_history_task;
CREATE INDEX stream_history_order ON stream_history (project_id, account_id, place);
