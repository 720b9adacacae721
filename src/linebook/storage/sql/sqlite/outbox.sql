-- name: claim_outbox(account_id, message_id, owner, claimed_ms)!
-- Claims texts for an owner.
UPDATE outbox SET owner = :owner, claimed_ms = :claimed_ms
WHERE account_id = :account_id AND message_id = :message_id;

-- name: save_doubts(account_id, message_id, attempt, line_id, decision, failure, at_ms)!
-- Records what was done about texts in doubt.
INSERT INTO doubt (
    account_id, message_id, attempt, line_id, decision, failure, at_ms
) VALUES (
    :account_id, :message_id, :attempt, :line_id, :decision, :failure, :at_ms
)
ON CONFLICT (account_id, message_id, attempt) DO UPDATE SET
    decision = excluded.decision, failure = excluded.failure, at_ms = excluded.at_ms;
