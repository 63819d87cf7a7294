-- When the person last proved in this session who they are; what is sensitive wants that to be recent.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
UPDATE session SET confirmed_at = created_at;

ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- Where the token works, whatever organization its user works in; null: nowhere.
ALTER TABLE token ADD COLUMN organization_id BIGINT REFERENCES organization (id) ON DELETE CASCADE;
ALTER TABLE token ADD COLUMN can_write BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE token ADD COLUMN can_export BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE token ADD COLUMN projects TEXT;      -- ids, separated by blanks; null: all
ALTER TABLE token ADD COLUMN last_used_address TEXT;
ALTER TABLE token ADD COLUMN last_used_agent TEXT;
UPDATE token SET organization_id = (
    SELECT membership.organization_id FROM membership JOIN account ON account.id = membership.account_id
    WHERE membership.account_id = token.account_id AND membership.deleted_at IS NULL
    ORDER BY CASE WHEN membership.organization_id = account.active_organization THEN 0 ELSE 1 END,
        membership.organization_id
    LIMIT 1);

-- The longest life of a new token, in days; the least length of a new password, in characters.
ALTER TABLE organization ADD COLUMN api_token_ttl_days BIGINT NOT NULL DEFAULT 90;
ALTER TABLE organization ADD COLUMN min_password_length BIGINT NOT NULL DEFAULT 8;

-- Since when the account has its password; null: it came with the account from elsewhere, and nobody has looked yet.
ALTER TABLE account ADD COLUMN password_set_at BIGINT;
