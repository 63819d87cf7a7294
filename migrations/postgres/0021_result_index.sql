-- Results of annotations: which annotations may hold a text.
CREATE TABLE result_text (
    annotation_id BIGINT PRIMARY KEY REFERENCES annotation (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL,
    content TEXT NOT NULL
);
-- By trigrams, where the extension may be made; else the texts of a project are read.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX result_text_content ON result_text USING gin (content gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    CREATE INDEX result_text_project ON result_text (project_id);
END $$;

-- Projects that have one, and how far it reaches. It is filled behind the saves: what a save has changed since is found in their log.
CREATE TABLE result_index (
    project_id BIGINT PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    until_id BIGINT NOT NULL,          -- every annotation of the project up to this one is in it…
    log_id BIGINT NOT NULL,            -- …as it was at this entry of the log of annotations
    done BIGINT NOT NULL DEFAULT 0     -- annotations that are in it, while it is filled
);
