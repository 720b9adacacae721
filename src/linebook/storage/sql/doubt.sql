-- name: doubts_of_message(account_id, message_id)
-- What was done about a text of which it was not known whether it had left, in order.
SELECT attempt, decision, failure, at_ms FROM doubt
WHERE account_id = :account_id AND message_id = :message_id ORDER BY attempt;

-- name: clear_doubt(account_id)!
-- Removes what was done about an account's texts in doubt.
DELETE FROM doubt WHERE account_id = :account_id;
