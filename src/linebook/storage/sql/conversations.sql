-- name: conversation_by_fingerprint(account_id, line_id, fingerprint)
-- One conversation of a line.
SELECT * FROM conversation WHERE account_id = :account_id AND line_id = :line_id AND fingerprint = :fingerprint;
