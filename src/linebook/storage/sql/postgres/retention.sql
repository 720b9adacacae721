-- name: delete_deliveries(rows)!
-- Removes events that webhooks were told or could not be told, unless they are to be told once more.
DELETE FROM webhook_delivery AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint
)
WHERE t.account_id = r.account_id AND t.subscription_id = r.subscription_id AND t.event_no = r.event_no
    AND t.state <> 'waiting';

-- name: delete_attempts_of(rows)!
-- Removes every try to tell webhooks of events.
DELETE FROM webhook_attempt AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint
)
WHERE t.account_id = r.account_id AND t.subscription_id = r.subscription_id AND t.event_no = r.event_no;

-- name: delete_attempts(rows)!
-- Removes tries to tell webhooks of events.
DELETE FROM webhook_attempt AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint, attempt bigint
)
WHERE t.account_id = r.account_id AND t.subscription_id = r.subscription_id AND t.event_no = r.event_no
    AND t.attempt = r.attempt;

-- name: delete_events(rows)!
-- Removes events.
DELETE FROM event AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, no bigint
)
WHERE t.account_id = r.account_id AND t.no = r.no;

-- name: delete_carrier_refs(rows)!
-- Removes ids of carriers, as far as they mean these messages.
DELETE FROM carrier_ref AS t USING json_to_recordset(:rows::json) AS r (
    carrier text, ref text, account_id bigint, message_id bigint
)
WHERE t.carrier = r.carrier AND t.ref = r.ref AND t.account_id = r.account_id AND t.message_id = r.message_id;

-- name: delete_inbound_keys(rows)!
-- Removes that by which texts that came in are known again.
DELETE FROM inbound_key AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, carrier text, key text
)
WHERE t.account_id = r.account_id AND t.carrier = r.carrier AND t.key = r.key;
