-- name: delete_deliveries(account_id, subscription_id, event_no)!
-- Removes events that webhooks were told or could not be told, unless they are to be told once more.
DELETE FROM webhook_delivery
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no AND state <> 'waiting';

-- name: delete_attempts_of(account_id, subscription_id, event_no)!
-- Removes every try to tell webhooks of events.
DELETE FROM webhook_attempt
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no;

-- name: delete_attempts(account_id, subscription_id, event_no, attempt)!
-- Removes tries to tell webhooks of events.
DELETE FROM webhook_attempt
WHERE account_id = :account_id AND subscription_id = :subscription_id AND event_no = :event_no AND attempt = :attempt;

-- name: delete_events(account_id, no)!
-- Removes events.
DELETE FROM event WHERE account_id = :account_id AND no = :no;

-- name: delete_carrier_refs(carrier, ref, account_id, message_id)!
-- Removes ids of carriers, as far as they mean these messages.
DELETE FROM carrier_ref
WHERE carrier = :carrier AND ref = :ref AND account_id = :account_id AND message_id = :message_id;

-- name: delete_inbound_keys(account_id, carrier, key)!
-- Removes that by which texts that came in are known again.
DELETE FROM inbound_key WHERE account_id = :account_id AND carrier = :carrier AND key = :key;
