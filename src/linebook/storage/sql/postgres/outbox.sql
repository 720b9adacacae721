-- name: claim_outbox(rows)!
-- Claims texts for an owner.
UPDATE outbox AS t SET owner = r.owner, claimed_ms = r.claimed_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, owner text, claimed_ms bigint
)
WHERE t.account_id = r.account_id AND t.message_id = r.message_id;

-- name: save_doubts(rows)!
-- Records what was done about texts in doubt.
INSERT INTO doubt (
    account_id, message_id, attempt, line_id, decision, failure, at_ms
)
SELECT
    r.account_id, r.message_id, r.attempt, r.line_id, r.decision, r.failure, r.at_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, attempt bigint, line_id bigint, decision text, failure text, at_ms bigint
)
ON CONFLICT (account_id, message_id, attempt) DO UPDATE SET
    decision = excluded.decision, failure = excluded.failure, at_ms = excluded.at_ms;
