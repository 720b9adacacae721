-- name: fields(account_id)
-- Every custom field of an account, a list that stays small, by rising id.
SELECT id, label, label_key, kind, created_ms FROM field WHERE account_id = :account_id ORDER BY id;

-- name: insert_field(account_id, id, label, label_key, kind, created_ms)!
-- Defines a custom field.
INSERT INTO field (account_id, id, label, label_key, kind, created_ms)
VALUES (:account_id, :id, :label, :label_key, :kind, :created_ms);

-- name: tags(account_id)
-- Every tag of an account, a list that stays small, by rising id.
SELECT id, uuid, name, name_key, color, rev, created_ms, updated_ms FROM tag WHERE account_id = :account_id ORDER BY id;

-- name: insert_tag(account_id, id, uuid, name, name_key, color, created_ms)!
-- Makes a tag.
INSERT INTO tag (account_id, id, uuid, name, name_key, color, rev, created_ms, updated_ms)
VALUES (:account_id, :id, :uuid, :name, :name_key, :color, 1, :created_ms, :created_ms);

-- name: delete_tag(account_id, id)!
-- Removes a tag that no contact has any more.
DELETE FROM tag WHERE account_id = :account_id AND id = :id;

-- name: groups(account_id)
-- Every group of an account, a list that stays small, by rising id.
SELECT id, uuid, name, rev, created_ms, updated_ms, member_count FROM contact_group
WHERE account_id = :account_id ORDER BY id;

-- name: insert_group(account_id, id, uuid, name, created_ms)!
-- Makes a group.
INSERT INTO contact_group (account_id, id, uuid, name, rev, created_ms, updated_ms)
VALUES (:account_id, :id, :uuid, :name, 1, :created_ms, :created_ms);

-- name: rename_group(account_id, id, name, updated_ms)!
-- Gives a group another name.
UPDATE contact_group SET name = :name, rev = rev + 1, updated_ms = :updated_ms WHERE account_id = :account_id AND id = :id;

-- name: rename_field(account_id, id, label, label_key, kind)!
-- Gives a custom field another label and kind.
UPDATE field SET label = :label, label_key = :label_key, kind = :kind WHERE account_id = :account_id AND id = :id;

-- name: delete_group(account_id, id)!
-- Removes a group that nobody is in any more.
DELETE FROM contact_group WHERE account_id = :account_id AND id = :id;
