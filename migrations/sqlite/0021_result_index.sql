-- Results of annotations by trigrams: which annotations may hold a text. The table keeps no texts; its rowid is the annotation.
CREATE VIRTUAL TABLE result_text USING fts5(
    content, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

-- Projects that have one, and how far it reaches. It is filled behind the saves: what a save has changed since is found in their log.
CREATE TABLE result_index (
    project_id BIGINT PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    until_id BIGINT NOT NULL,          -- every annotation of the project up to this one is in it…
    log_id BIGINT NOT NULL,            -- …as it was at this entry of the log of annotations
    done BIGINT NOT NULL DEFAULT 0     -- annotations that are in it, while it is filled
);
