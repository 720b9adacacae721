-- name: insert_contacts(rows)!
-- Adds contacts.
INSERT INTO contact (
    account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar,
    external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no,
    created_no, created_ms, updated_ms, origin_door, origin_credential_id
)
SELECT
    r.account_id, r.id, r.uuid, r.phone, r.email, r.email_key, r.first_name, r.last_name, r.display_name,
    r.company, r.notes, r.avatar, r.external_id, r.assignee_id, r.line_number, r.confirmation, r.verified,
    r.fields, r.tags, r.contact_groups, r.rev, r.change_no, r.created_no, r.created_ms, r.updated_ms,
    r.origin_door, r.origin_credential_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, uuid text, phone text, email text, email_key text, first_name text,
    last_name text, display_name text, company text, notes text, avatar text, external_id text, assignee_id bigint,
    line_number text, confirmation text, verified boolean, fields text, tags text, contact_groups text, rev bigint,
    change_no bigint, created_no bigint, created_ms bigint, updated_ms bigint, origin_door text,
    origin_credential_id bigint
);

-- name: insert_plain_contacts(rows)!
-- Adds contacts without assignee, fields, tags and groups.
INSERT INTO contact (
    account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar,
    external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no,
    created_no, created_ms, updated_ms, origin_door, origin_credential_id
)
SELECT
    r.account_id, r.id, r.uuid, r.phone, r.email, r.email_key, r.first_name, r.last_name, r.display_name,
    r.company, r.notes, r.avatar, r.external_id, NULL, r.line_number, 'confirmed', false, '{}', '[]', '[]', 1,
    r.change_no, r.change_no, r.at_ms, r.at_ms, r.door, r.credential_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, uuid text, phone text, email text, email_key text, first_name text,
    last_name text, display_name text, company text, notes text, avatar text, external_id text, line_number text,
    change_no bigint, at_ms bigint, door text, credential_id bigint
);

-- name: update_contacts(rows)!
-- Writes everything of contacts but their keys.
UPDATE contact AS t SET
    email = r.email, first_name = r.first_name, last_name = r.last_name, display_name = r.display_name,
    company = r.company, notes = r.notes, avatar = r.avatar, external_id = r.external_id,
    assignee_id = r.assignee_id, line_number = r.line_number, confirmation = r.confirmation, verified = r.verified,
    fields = r.fields, tags = r.tags, contact_groups = r.contact_groups, rev = r.rev, change_no = r.change_no,
    updated_ms = r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, email text, first_name text, last_name text, display_name text, company text,
    notes text, avatar text, external_id text, assignee_id bigint, line_number text, confirmation text,
    verified boolean, fields text, tags text, contact_groups text, rev bigint, change_no bigint, updated_ms bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: update_contacts_with_keys(rows)!
-- Writes everything of contacts.
UPDATE contact AS t SET
    phone = r.phone, email = r.email, email_key = r.email_key, first_name = r.first_name, last_name = r.last_name,
    display_name = r.display_name, company = r.company, notes = r.notes, avatar = r.avatar,
    external_id = r.external_id, assignee_id = r.assignee_id, line_number = r.line_number,
    confirmation = r.confirmation, verified = r.verified, fields = r.fields, tags = r.tags,
    contact_groups = r.contact_groups, rev = r.rev, change_no = r.change_no, updated_ms = r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, phone text, email text, email_key text, first_name text, last_name text,
    display_name text, company text, notes text, avatar text, external_id text, assignee_id bigint, line_number text,
    confirmation text, verified boolean, fields text, tags text, contact_groups text, rev bigint, change_no bigint,
    updated_ms bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: release_contact_keys(rows)!
-- Takes the number and the e-mail key off contacts, for a moment inside a transaction.
UPDATE contact AS t SET
    phone = NULL, email_key = NULL
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: delete_contacts(rows)!
-- Removes contacts.
DELETE FROM contact AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: insert_history(rows)!
-- Records what changes superseded.
INSERT INTO history (
    account_id, change_no, supersedes_no, contact_id, action, at_ms, door, credential_id, old
)
SELECT
    r.account_id, r.change_no, r.supersedes_no, r.contact_id, r.action, r.at_ms, r.door, r.credential_id, r.old
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, change_no bigint, supersedes_no bigint, contact_id bigint, action text, at_ms bigint,
    door text, credential_id bigint, old text
);

-- name: insert_contact_tags(rows)!
-- Puts tags on contacts in the index of tags.
INSERT INTO contact_tag (
    account_id, tag_id, contact_id
)
SELECT
    r.account_id, r.tag_id, r.contact_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, tag_id bigint, contact_id bigint
);

-- name: delete_contact_tags(rows)!
-- Takes tags off contacts in the index of tags.
DELETE FROM contact_tag AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, tag_id bigint, contact_id bigint
)
WHERE t.account_id = r.account_id AND t.tag_id = r.tag_id AND t.contact_id = r.contact_id;

-- name: insert_group_members(rows)!
-- Puts contacts into groups in the index of groups.
INSERT INTO group_member (
    account_id, group_id, contact_id
)
SELECT
    r.account_id, r.group_id, r.contact_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, group_id bigint, contact_id bigint
);

-- name: delete_group_members(rows)!
-- Takes contacts out of groups in the index of groups.
DELETE FROM group_member AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, group_id bigint, contact_id bigint
)
WHERE t.account_id = r.account_id AND t.group_id = r.group_id AND t.contact_id = r.contact_id;

-- name: count_group_members(rows)!
-- Corrects how many contacts groups have.
UPDATE contact_group AS t SET
    member_count = t.member_count + r.change
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, change bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: add_to_contact_buckets(rows)!
-- Corrects how many contacts more than the rule says ranges of ids hold.
INSERT INTO contact_bucket AS t (account_id, bucket, surplus)
SELECT r.account_id, r.bucket, r.change FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, bucket bigint, change bigint
)
ON CONFLICT (account_id, bucket) DO UPDATE SET surplus = t.surplus + excluded.surplus;

-- name: save_consents(rows)!
-- Writes the current consent of numbers.
INSERT INTO consent (
    account_id, phone, line_id, by_person, by_team, is_blocked, changed_ms
)
SELECT
    r.account_id, r.phone, r.line_id, r.by_person, r.by_team, r.is_blocked, r.changed_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, phone text, line_id bigint, by_person boolean, by_team boolean, is_blocked boolean,
    changed_ms bigint
)
ON CONFLICT (account_id, phone, line_id) DO UPDATE SET
    by_person = excluded.by_person, by_team = excluded.by_team, is_blocked = excluded.is_blocked,
    changed_ms = excluded.changed_ms;

-- name: insert_consent_entries(rows)!
-- Appends to the ledger of consent.
INSERT INTO consent_entry (
    account_id, id, phone, line_id, action, word, evidence, at_ms, door, credential_id
)
SELECT
    r.account_id, r.id, r.phone, r.line_id, r.action, r.word, r.evidence, r.at_ms, r.door, r.credential_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, phone text, line_id bigint, action text, word text, evidence text, at_ms bigint,
    door text, credential_id bigint
);

-- name: delete_credentials(rows)!
-- Removes credentials, as if they had never been.
DELETE FROM credential AS t USING json_to_recordset(:rows::json) AS r (kind text, digest text)
WHERE t.kind = r.kind AND t.digest = r.digest;
