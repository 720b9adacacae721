-- name: consent_entries_of_phone(account_id, phone, limit)
-- The ledger of one number, newest first. Left to itself, SQLite walks the account's whole ledger in the order of ids.
SELECT * FROM consent_entry INDEXED BY consent_entry_by_phone
WHERE account_id = :account_id AND phone = :phone ORDER BY id DESC LIMIT :limit;

-- name: consent_stops_by_phone(account_id, keys)
-- The entries of the ledger that closed these numbers, oldest first.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN consent_entry AS c INDEXED BY consent_entry_by_phone
WHERE c.account_id = :account_id AND c.phone = k.value AND c.action IN ('person_stop', 'team_stop', 'block')
ORDER BY c.id;
