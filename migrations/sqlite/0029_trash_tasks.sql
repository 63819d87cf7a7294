-- What a task in the trash was is forgotten by whoever deletes it, or its entry, for good (store::trash). Keys that refer to both were
-- checked, and one was indexed, for each of the hundred thousand tasks that an action deletes, while people wait to save.
CREATE TABLE trash_task_kept (
    trash_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (trash_id, task_id)
) WITHOUT ROWID;
INSERT INTO trash_task_kept (trash_id, task_id, import_id) SELECT trash_id, task_id, import_id FROM trash_task;
DROP TABLE trash_task;
ALTER TABLE trash_task_kept RENAME TO trash_task;
