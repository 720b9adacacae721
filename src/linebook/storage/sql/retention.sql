-- name: deliveries_ended(account_id, state, before_ms, limit)
-- Events that webhooks were told, or could not be told, before a time, the longest ago first.
SELECT subscription_id, event_no FROM webhook_delivery
WHERE account_id = :account_id AND state <> 'waiting' AND state = :state AND updated_ms < :before_ms
ORDER BY updated_ms LIMIT :limit;

-- name: attempts_before(account_id, before_ms, limit)
-- Tries to tell webhooks before a time, the longest ago first.
SELECT subscription_id, event_no, attempt FROM webhook_attempt
WHERE account_id = :account_id AND at_ms < :before_ms ORDER BY at_ms LIMIT :limit;

-- name: events_after(account_id, after_no, limit)
-- Events in order, behind one.
SELECT no, at_ms FROM event WHERE account_id = :account_id AND no > :after_no ORDER BY no LIMIT :limit;

-- name: deliveries_between(account_id, subscription_id, first_no, last_no)
-- Which of a range of events are kept for a webhook.
SELECT event_no FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no BETWEEN :first_no AND :last_no;

-- name: receipts_oldest(account_id, limit)
-- What carriers said, the longest ago first.
SELECT no, received_ms FROM receipt WHERE account_id = :account_id AND no > 0 ORDER BY no LIMIT :limit;

-- name: refs_forgotten(account_id, name)
-- The last message whose ids at the carrier were removed.
SELECT value FROM account_counter WHERE account_id = :account_id AND name = :name;

-- name: messages_with_parts(account_id, after_id, before_id, limit)
-- Messages that carriers have given ids for, in order, each as often as it has parts.
SELECT message_id FROM message_part
WHERE account_id = :account_id AND message_id > :after_id AND message_id < :before_id
ORDER BY message_id LIMIT :limit;

-- name: outbox_oldest(account_id, after_id)
-- The oldest message behind one that is still to be sent.
SELECT message_id FROM outbox WHERE account_id = :account_id AND message_id > :after_id
ORDER BY message_id LIMIT 1;

-- name: inbound_keys_before(account_id, before_ms, limit)
-- By what texts are known again that came in before a time, the longest ago first.
SELECT carrier, key FROM inbound_key
WHERE account_id = :account_id AND at_ms < :before_ms ORDER BY at_ms LIMIT :limit;

-- name: delete_receipts_to(account_id, last_no)!
-- Removes what carriers said, up to a number.
DELETE FROM receipt WHERE account_id = :account_id AND no <= :last_no;
