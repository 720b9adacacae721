-- name: contacts_by_id(account_id, keys)
-- The contacts with these ids, driven by the keys.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.id = k.value;

-- name: contacts_by_uuid(account_id, keys)
-- The contacts with these UUIDs, driven by the keys.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.uuid = k.value;

-- name: contacts_by_phone(account_id, keys)
-- The contacts with these numbers, driven by the keys.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.phone = k.value;

-- name: contacts_by_email(account_id, keys)
-- The contacts with these e-mail keys, driven by the keys.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.email_key = k.value;

-- name: consents_by_phone(account_id, keys)
-- Every consent state of these numbers, of all lines.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN consent AS c
WHERE c.account_id = :account_id AND c.phone = k.value;

-- name: take_clock(account_id, name)
-- Takes a clock: the first statement of a writing transaction (the engine's write lock holds it to the commit).
SELECT change_no, last_ms, last_id, row_count FROM account_clock WHERE account_id = :account_id AND name = :name;
