-- name: webhook_by_id(account_id, id)
-- One webhook.
SELECT * FROM webhook_subscription WHERE account_id = :account_id AND id = :id;

-- name: insert_webhook(account_id, id, dialect, line_id, kinds, url, method, sealed, options, now_ms, credential_id)!
-- Adds a webhook.
INSERT INTO webhook_subscription (
    account_id, id, dialect, line_id, kinds, url, method, sealed, options, is_active, failures, paused_until_ms,
    created_ms, updated_ms, credential_id
) VALUES (
    :account_id, :id, :dialect, :line_id, :kinds, :url, :method, :sealed, :options, TRUE, 0, NULL, :now_ms, :now_ms,
    :credential_id
);

-- name: update_webhook(account_id, id, url, method, now_ms)!
-- Changes where a webhook goes; a receiver that rested is tried again.
UPDATE webhook_subscription SET
    url = :url, method = :method, failures = 0, paused_until_ms = NULL,
    updated_ms = CASE WHEN updated_ms < :now_ms THEN :now_ms ELSE updated_ms + 1 END
WHERE account_id = :account_id AND id = :id;

-- name: set_webhook_health(account_id, id, failures, paused_until_ms)!
-- Notes how a receiver fares.
UPDATE webhook_subscription SET failures = :failures, paused_until_ms = :paused_until_ms
WHERE account_id = :account_id AND id = :id;

-- name: delete_webhook(account_id, id)!
-- Removes a webhook.
DELETE FROM webhook_subscription WHERE account_id = :account_id AND id = :id;

-- name: delete_webhook_deliveries(account_id, subscription_id)!
-- Removes what a webhook was to be told and was told.
DELETE FROM webhook_delivery WHERE account_id = :account_id AND subscription_id = :subscription_id;

-- name: delete_webhook_attempts(account_id, subscription_id)!
-- Removes the log of a webhook.
DELETE FROM webhook_attempt WHERE account_id = :account_id AND subscription_id = :subscription_id;

-- name: deliveries_waiting(account_id, subscription_id, after_no, limit)
-- What a webhook is still to be told, in order, behind an event.
SELECT event_no, fingerprint, attempts, next_ms, body FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND state = 'waiting' AND event_no > :after_no
ORDER BY event_no LIMIT :limit;

-- name: deliveries_of_webhook(account_id, subscription_id, before_no, limit)
-- What a webhook was and is to be told, the newest first, before an event.
SELECT event_no, state, attempts, next_ms, body, error, updated_ms FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no < :before_no
ORDER BY event_no DESC LIMIT :limit;

-- name: deliveries_parked(account_id, subscription_id, limit)
-- What a webhook could not be told.
SELECT event_no FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND state = 'parked'
ORDER BY event_no LIMIT :limit;

-- name: delivery_by_no(account_id, subscription_id, event_no)
-- One event on its way to a webhook.
SELECT state FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no;

-- name: attempts_of_delivery(account_id, subscription_id, event_no)
-- Every try to tell a webhook of an event.
SELECT attempt, at_ms, duration_ms, status, error, answer FROM webhook_attempt
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no ORDER BY attempt;

-- name: delivery_due(account_id, subscription_id, now_ms)
-- Whether a webhook is to be told something now: any event whose time has come.
SELECT event_no FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND state = 'waiting' AND next_ms <= :now_ms
LIMIT 1;
