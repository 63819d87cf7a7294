-- What a task in the trash was is forgotten by whoever deletes it, or its entry, for good (store::trash). Keys that refer to both were
-- checked, and one was indexed, for each of the hundred thousand tasks that an action deletes, while people wait to save.
ALTER TABLE trash_task DROP CONSTRAINT trash_task_task_id_fkey;
ALTER TABLE trash_task DROP CONSTRAINT trash_task_trash_id_fkey;
DROP INDEX trash_task_task;
