-- Projects whose media the server never fetches, stores or sends: only links of the object stores themselves are given out.
ALTER TABLE project ADD COLUMN never_touches_media BOOLEAN NOT NULL DEFAULT FALSE;
