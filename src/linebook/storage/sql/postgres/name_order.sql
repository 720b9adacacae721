-- name: save_contact_names(rows)!
-- Writes the names that contacts are ordered by, where they are not so already.
INSERT INTO contact_name AS n (account_id, contact_id, first_key, last_key)
SELECT r.account_id, r.contact_id, r.first_key, r.last_key
FROM json_to_recordset(:rows::json) AS r (account_id bigint, contact_id bigint, first_key text, last_key text)
ON CONFLICT (account_id, contact_id) DO UPDATE SET first_key = excluded.first_key, last_key = excluded.last_key
WHERE n.first_key <> excluded.first_key OR n.last_key <> excluded.last_key;

-- name: delete_contact_names(rows)!
-- Takes contacts out of the name order.
DELETE FROM contact_name AS n USING json_to_recordset(:rows::json) AS r (account_id bigint, contact_id bigint)
WHERE n.account_id = r.account_id AND n.contact_id = r.contact_id;
