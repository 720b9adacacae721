-- name: consent_entries_of_phone(account_id, phone, limit)
-- The ledger of one number, newest first.
SELECT * FROM consent_entry WHERE account_id = :account_id AND phone = :phone ORDER BY id DESC LIMIT :limit;
