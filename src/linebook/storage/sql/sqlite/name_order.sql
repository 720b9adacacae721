-- name: save_contact_names(account_id, contact_id, first_key, last_key)!
-- Writes the names that contacts are ordered by, where they are not so already.
INSERT INTO contact_name AS n (account_id, contact_id, first_key, last_key)
VALUES (:account_id, :contact_id, :first_key, :last_key)
ON CONFLICT (account_id, contact_id) DO UPDATE SET first_key = excluded.first_key, last_key = excluded.last_key
WHERE n.first_key <> excluded.first_key OR n.last_key <> excluded.last_key;

-- name: delete_contact_names(account_id, contact_id)!
-- Takes contacts out of the name order.
DELETE FROM contact_name WHERE account_id = :account_id AND contact_id = :contact_id;
