-- name: events_by_no(account_id, keys)
-- The events with these numbers.
SELECT e.* FROM json_each(:keys) AS k CROSS JOIN event AS e
WHERE e.account_id = :account_id AND e.no = k.value;

-- name: last_attempts(account_id, subscription_id, keys)
-- The number of the last try to tell a webhook of each of these events; null for none.
SELECT k.value, (
    SELECT max(a.attempt) FROM webhook_attempt AS a
    WHERE a.account_id = :account_id AND a.subscription_id = :subscription_id AND a.event_no = k.value
) FROM json_each(:keys) AS k;

-- name: save_delivery_states(account_id, subscription_id, event_no, state, attempts, next_ms, body, error, updated_ms)!
-- Writes how far events are on their way.
UPDATE webhook_delivery SET
    state = :state, attempts = :attempts, next_ms = :next_ms, body = :body, error = :error, updated_ms = :updated_ms
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no;

-- name: replay_deliveries(account_id, subscription_id, event_no, next_ms)!
-- Has events told once more, from the first try on.
UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_ms = :next_ms, error = ''
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no;

-- name: insert_webhook_attempts(account_id, subscription_id, event_no, attempt, at_ms, duration_ms, status, error, answer)!
-- Keeps tries to tell of events.
INSERT INTO webhook_attempt (
    account_id, subscription_id, event_no, attempt, at_ms, duration_ms, status, error, answer
) VALUES (
    :account_id, :subscription_id, :event_no, :attempt, :at_ms, :duration_ms, :status, :error, :answer
)
ON CONFLICT (account_id, subscription_id, event_no, attempt) DO NOTHING;
