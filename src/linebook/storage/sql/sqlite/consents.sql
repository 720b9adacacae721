-- name: consent_entries_of_phone(account_id, phone, limit)
-- The ledger of one number, newest first. Left to itself, SQLite walks the account's whole ledger in the order of ids.
SELECT * FROM consent_entry INDEXED BY consent_entry_by_phone
WHERE account_id = :account_id AND phone = :phone ORDER BY id DESC LIMIT :limit;
