-- name: consents_after(account_id, after_phone, after_line_id, limit)
-- A page of the consents of an account's numbers, by number and line.
SELECT * FROM consent
WHERE account_id = :account_id AND phone >= :after_phone AND (phone > :after_phone OR line_id > :after_line_id)
ORDER BY phone, line_id LIMIT :limit;
