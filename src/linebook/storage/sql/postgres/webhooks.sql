-- name: events_by_no(account_id, keys)
-- The events with these numbers.
SELECT e.* FROM event AS e WHERE e.account_id = :account_id AND e.no = ANY(:keys::bigint[]);

-- name: last_attempts(account_id, subscription_id, keys)
-- The number of the last try to tell a webhook of each of these events; null for none.
SELECT k.no, (
    SELECT max(a.attempt) FROM webhook_attempt AS a
    WHERE a.account_id = :account_id AND a.subscription_id = :subscription_id AND a.event_no = k.no
) FROM unnest(:keys::bigint[]) AS k (no);

-- name: save_delivery_states(rows)!
-- Writes how far events are on their way.
UPDATE webhook_delivery AS t SET
    state = r.state, attempts = r.attempts, next_ms = r.next_ms, body = r.body, error = r.error,
    updated_ms = r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint, state text, attempts bigint, next_ms bigint, body text,
    error text, updated_ms bigint
)
WHERE t.account_id = r.account_id AND t.subscription_id = r.subscription_id AND t.event_no = r.event_no;

-- name: replay_deliveries(rows)!
-- Has events told once more, from the first try on.
UPDATE webhook_delivery AS t SET state = 'waiting', attempts = 0, next_ms = r.next_ms, error = ''
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint, next_ms bigint
)
WHERE t.account_id = r.account_id AND t.subscription_id = r.subscription_id AND t.event_no = r.event_no;

-- name: insert_webhook_attempts(rows)!
-- Keeps tries to tell of events.
INSERT INTO webhook_attempt (
    account_id, subscription_id, event_no, attempt, at_ms, duration_ms, status, error, answer
)
SELECT
    r.account_id, r.subscription_id, r.event_no, r.attempt, r.at_ms, r.duration_ms, r.status, r.error, r.answer
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint, attempt bigint, at_ms bigint, duration_ms bigint,
    status bigint, error text, answer text
)
ON CONFLICT (account_id, subscription_id, event_no, attempt) DO NOTHING;
