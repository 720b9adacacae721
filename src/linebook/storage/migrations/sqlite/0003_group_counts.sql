-- How many contacts a group has, kept and not counted; and what became of imports. Account tables.

ALTER TABLE contact_group ADD COLUMN member_count INTEGER NOT NULL DEFAULT 0;

UPDATE contact_group SET member_count = (
    SELECT count(*) FROM group_member AS m
    WHERE m.account_id = contact_group.account_id AND m.group_id = contact_group.id
);

CREATE TABLE import_report (
    -- One finished import: what became of its records. errors: JSON, [record number, sentence] of those that failed,
    -- the first of them only where there are many.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    errors TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    door TEXT NOT NULL,
    credential_id INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
