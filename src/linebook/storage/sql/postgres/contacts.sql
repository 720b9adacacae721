-- name: contacts_by_id(account_id, keys)
-- The contacts with these ids, driven by the keys.
SELECT c.* FROM contact AS c WHERE c.account_id = :account_id AND c.id = ANY(:keys::bigint[]);

-- name: contacts_by_uuid(account_id, keys)
-- The contacts with these UUIDs, driven by the keys.
SELECT c.* FROM contact AS c WHERE c.account_id = :account_id AND c.uuid = ANY(:keys::text[]);

-- name: contacts_by_phone(account_id, keys)
-- The contacts with these numbers, driven by the keys.
SELECT c.* FROM contact AS c WHERE c.account_id = :account_id AND c.phone = ANY(:keys::text[]);

-- name: contacts_by_email(account_id, keys)
-- The contacts with these e-mail keys, driven by the keys.
SELECT c.* FROM contact AS c WHERE c.account_id = :account_id AND c.email_key = ANY(:keys::text[]);

-- name: consents_by_phone(account_id, keys)
-- Every consent state of these numbers, of all lines.
SELECT c.* FROM consent AS c WHERE c.account_id = :account_id AND c.phone = ANY(:keys::text[]);

-- name: take_clock(account_id, name)
-- Takes a clock: the first statement of a writing transaction, holds the account's row to the commit.
SELECT change_no, last_ms, last_id, row_count FROM account_clock WHERE account_id = :account_id AND name = :name
FOR UPDATE;
