-- How many contacts a group has, kept and not counted; and what became of imports. Account tables.

ALTER TABLE contact_group ADD COLUMN member_count bigint NOT NULL DEFAULT 0;

UPDATE contact_group SET member_count = (
    SELECT count(*) FROM group_member AS m
    WHERE m.account_id = contact_group.account_id AND m.group_id = contact_group.id
);

CREATE TABLE import_report (
    -- One finished import: what became of its records. errors: JSON, [record number, sentence] of those that failed,
    -- the first of them only where there are many.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    skipped bigint NOT NULL,
    failed bigint NOT NULL,
    errors text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    door text COLLATE "C" NOT NULL,
    credential_id bigint,
    PRIMARY KEY (account_id, id)
);
