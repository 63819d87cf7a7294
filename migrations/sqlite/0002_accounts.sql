-- Limits of sessions that an organization has set, in minutes; null means the server's own.
ALTER TABLE organization ADD COLUMN max_session_age BIGINT;
ALTER TABLE organization ADD COLUMN max_time_between_activity BIGINT;
ALTER TABLE organization ADD COLUMN session_policy_updated_at BIGINT;

-- How far a person has come with a tour of the interface.
CREATE TABLE product_tour (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,               -- ready | completed | skipped
    interaction_data TEXT NOT NULL DEFAULT '{}',
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);
