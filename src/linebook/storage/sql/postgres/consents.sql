-- name: consent_entries_of_phone(account_id, phone, limit)
-- The ledger of one number, newest first.
SELECT * FROM consent_entry WHERE account_id = :account_id AND phone = :phone ORDER BY id DESC LIMIT :limit;

-- name: consent_stops_by_phone(account_id, keys)
-- The entries of the ledger that closed these numbers, oldest first.
SELECT c.* FROM consent_entry AS c
WHERE c.account_id = :account_id AND c.phone = ANY(:keys::text[]) AND c.action IN ('person_stop', 'team_stop', 'block')
ORDER BY c.id;
