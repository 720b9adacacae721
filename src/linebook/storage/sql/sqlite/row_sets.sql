-- name: insert_contacts(account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar, external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no, created_no, created_ms, updated_ms, origin_door, origin_credential_id)!
-- Adds contacts.
INSERT INTO contact (
    account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar,
    external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no,
    created_no, created_ms, updated_ms, origin_door, origin_credential_id
) VALUES (
    :account_id, :id, :uuid, :phone, :email, :email_key, :first_name, :last_name, :display_name, :company, :notes,
    :avatar, :external_id, :assignee_id, :line_number, :confirmation, :verified, :fields, :tags, :contact_groups,
    :rev, :change_no, :created_no, :created_ms, :updated_ms, :origin_door, :origin_credential_id
);

-- name: insert_plain_contacts(account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar, external_id, line_number, change_no, at_ms, door, credential_id)!
-- Adds contacts without assignee, fields, tags and groups.
INSERT INTO contact (
    account_id, id, uuid, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar,
    external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no,
    created_no, created_ms, updated_ms, origin_door, origin_credential_id
) VALUES (
    :account_id, :id, :uuid, :phone, :email, :email_key, :first_name, :last_name, :display_name, :company, :notes,
    :avatar, :external_id, NULL, :line_number, 'confirmed', 0, '{}', '[]', '[]', 1, :change_no, :change_no, :at_ms,
    :at_ms, :door, :credential_id
);

-- name: update_contacts(account_id, id, email, first_name, last_name, display_name, company, notes, avatar, external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no, updated_ms)!
-- Writes everything of contacts but their keys.
UPDATE contact SET
    email = :email, first_name = :first_name, last_name = :last_name, display_name = :display_name,
    company = :company, notes = :notes, avatar = :avatar, external_id = :external_id, assignee_id = :assignee_id,
    line_number = :line_number, confirmation = :confirmation, verified = :verified, fields = :fields, tags = :tags,
    contact_groups = :contact_groups, rev = :rev, change_no = :change_no, updated_ms = :updated_ms
WHERE account_id = :account_id AND id = :id;

-- name: update_contacts_with_keys(account_id, id, phone, email, email_key, first_name, last_name, display_name, company, notes, avatar, external_id, assignee_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no, updated_ms)!
-- Writes everything of contacts.
UPDATE contact SET
    phone = :phone, email = :email, email_key = :email_key, first_name = :first_name, last_name = :last_name,
    display_name = :display_name, company = :company, notes = :notes, avatar = :avatar, external_id = :external_id,
    assignee_id = :assignee_id, line_number = :line_number, confirmation = :confirmation, verified = :verified,
    fields = :fields, tags = :tags, contact_groups = :contact_groups, rev = :rev, change_no = :change_no,
    updated_ms = :updated_ms
WHERE account_id = :account_id AND id = :id;

-- name: release_contact_keys(account_id, id)!
-- Takes the number and the e-mail key off contacts, for a moment inside a transaction.
UPDATE contact SET
    phone = NULL, email_key = NULL
WHERE account_id = :account_id AND id = :id;

-- name: delete_contacts(account_id, id)!
-- Removes contacts.
DELETE FROM contact WHERE account_id = :account_id AND id = :id;

-- name: insert_history(account_id, change_no, supersedes_no, contact_id, action, at_ms, door, credential_id, old)!
-- Records what changes superseded.
INSERT INTO history (
    account_id, change_no, supersedes_no, contact_id, action, at_ms, door, credential_id, old
) VALUES (
    :account_id, :change_no, :supersedes_no, :contact_id, :action, :at_ms, :door, :credential_id, :old
);

-- name: insert_contact_tags(account_id, tag_id, contact_id)!
-- Puts tags on contacts in the index of tags.
INSERT INTO contact_tag (
    account_id, tag_id, contact_id
) VALUES (
    :account_id, :tag_id, :contact_id
);

-- name: delete_contact_tags(account_id, tag_id, contact_id)!
-- Takes tags off contacts in the index of tags.
DELETE FROM contact_tag WHERE account_id = :account_id AND tag_id = :tag_id AND contact_id = :contact_id;

-- name: insert_group_members(account_id, group_id, contact_id)!
-- Puts contacts into groups in the index of groups.
INSERT INTO group_member (
    account_id, group_id, contact_id
) VALUES (
    :account_id, :group_id, :contact_id
);

-- name: delete_group_members(account_id, group_id, contact_id)!
-- Takes contacts out of groups in the index of groups.
DELETE FROM group_member WHERE account_id = :account_id AND group_id = :group_id AND contact_id = :contact_id;

-- name: count_group_members(account_id, id, change)!
-- Corrects how many contacts groups have.
UPDATE contact_group SET member_count = member_count + :change WHERE account_id = :account_id AND id = :id;

-- name: add_to_contact_buckets(account_id, bucket, change)!
-- Corrects how many contacts more than the rule says ranges of ids hold.
INSERT INTO contact_bucket (account_id, bucket, surplus) VALUES (:account_id, :bucket, :change)
ON CONFLICT (account_id, bucket) DO UPDATE SET surplus = surplus + excluded.surplus;

-- name: save_consents(account_id, phone, line_id, by_person, by_team, is_blocked, changed_ms)!
-- Writes the current consent of numbers.
INSERT INTO consent (
    account_id, phone, line_id, by_person, by_team, is_blocked, changed_ms
) VALUES (
    :account_id, :phone, :line_id, :by_person, :by_team, :is_blocked, :changed_ms
)
ON CONFLICT (account_id, phone, line_id) DO UPDATE SET
    by_person = excluded.by_person, by_team = excluded.by_team, is_blocked = excluded.is_blocked,
    changed_ms = excluded.changed_ms;

-- name: insert_consent_entries(account_id, id, phone, line_id, action, word, evidence, at_ms, door, credential_id)!
-- Appends to the ledger of consent.
INSERT INTO consent_entry (
    account_id, id, phone, line_id, action, word, evidence, at_ms, door, credential_id
) VALUES (
    :account_id, :id, :phone, :line_id, :action, :word, :evidence, :at_ms, :door, :credential_id
);

-- name: delete_credentials(kind, digest)!
-- Removes credentials, as if they had never been.
DELETE FROM credential WHERE kind = :kind AND digest = :digest;
