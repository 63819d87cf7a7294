-- Files that are to go, and files that have their place while no row names them yet: what a fault left behind is removed when it is
-- due. The row that names a file takes it out of here in the same transaction.
CREATE TABLE stray_file (
    shelf TEXT NOT NULL,               -- uploads | exports
    name TEXT NOT NULL,                -- as file_upload.stored_as
    due_at BIGINT NOT NULL,            -- removed from then on
    PRIMARY KEY (shelf, name)
);
CREATE INDEX stray_file_due ON stray_file (due_at);
