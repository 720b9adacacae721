-- name: insert_messages(rows)!
-- Adds messages.
INSERT INTO message (
    account_id, id, no, line_id, fingerprint, direction, phone, contact_id, body, part_count, attachment_count, is_mms,
    status_code, message_status, is_read, created_ms, updated_ms, due_ms, sent_ms, delivered_ms, read_ms, deleted_ms,
    parent_id, carrier, carrier_words, error, from_name, advertisement, external_id, user_id, door, credential_id
)
SELECT
    r.account_id, r.id, r.no, r.line_id, r.fingerprint, r.direction, r.phone, r.contact_id, r.body, r.part_count,
    r.attachment_count, r.is_mms, r.status_code, r.message_status, r.is_read, r.created_ms, r.updated_ms, r.due_ms,
    r.sent_ms, r.delivered_ms, r.read_ms, r.deleted_ms, r.parent_id, r.carrier, r.carrier_words, r.error, r.from_name,
    r.advertisement, r.external_id, r.user_id, r.door, r.credential_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, no bigint, line_id bigint, fingerprint bigint, direction text, phone text,
    contact_id bigint, body text, part_count bigint, attachment_count bigint, is_mms boolean, status_code bigint,
    message_status bigint, is_read boolean, created_ms bigint, updated_ms bigint, due_ms bigint, sent_ms bigint,
    delivered_ms bigint, read_ms bigint, deleted_ms bigint, parent_id bigint, carrier text, carrier_words text,
    error text, from_name text, advertisement text, external_id text, user_id bigint, door text, credential_id bigint
);

-- name: update_message_states(rows)!
-- Writes how far messages have come.
UPDATE message AS t SET
    status_code = r.status_code, message_status = r.message_status, updated_ms = r.updated_ms, sent_ms = r.sent_ms,
    delivered_ms = r.delivered_ms, carrier = r.carrier, carrier_words = r.carrier_words, error = r.error
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, status_code bigint, message_status bigint, updated_ms bigint, sent_ms bigint,
    delivered_ms bigint, carrier text, carrier_words text, error text
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: mark_messages(rows)!
-- Writes who has read messages, and whether lists leave them out.
UPDATE message AS t SET
    is_read = r.is_read, read_ms = r.read_ms, deleted_ms = r.deleted_ms, updated_ms = r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id bigint, is_read boolean, read_ms bigint, deleted_ms bigint, updated_ms bigint
)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: insert_conversation_keys(rows)!
-- Gives numbers to sets of addresses.
INSERT INTO conversation_key (
    account_id, digest, fingerprint
)
SELECT
    r.account_id, r.digest, r.fingerprint
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, digest text, fingerprint bigint
);

-- name: save_conversations(rows)!
-- Writes conversations whole.
INSERT INTO conversation (
    account_id, line_id, fingerprint, id, addresses, contact_id, unread_count, is_open, assignee_id, last_message_id,
    rev, created_ms, updated_ms, deleted_ms
)
SELECT
    r.account_id, r.line_id, r.fingerprint, r.id, r.addresses, r.contact_id, r.unread_count, r.is_open, r.assignee_id,
    r.last_message_id, r.rev, r.created_ms, r.updated_ms, r.deleted_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, line_id bigint, fingerprint bigint, id bigint, addresses text, contact_id bigint,
    unread_count bigint, is_open boolean, assignee_id bigint, last_message_id bigint, rev bigint, created_ms bigint,
    updated_ms bigint, deleted_ms bigint
)
ON CONFLICT (account_id, line_id, fingerprint) DO UPDATE SET
    contact_id = excluded.contact_id, unread_count = excluded.unread_count, is_open = excluded.is_open,
    assignee_id = excluded.assignee_id, last_message_id = excluded.last_message_id, rev = excluded.rev,
    updated_ms = excluded.updated_ms, deleted_ms = excluded.deleted_ms;

-- name: insert_outbox(rows)!
-- Puts messages in line for their carrier.
INSERT INTO outbox (
    account_id, message_id, line_id, priority, next_ms, attempts, owner, claimed_ms, is_in_doubt, is_exempt, failure
)
SELECT
    r.account_id, r.message_id, r.line_id, r.priority, r.next_ms, r.attempts, r.owner, r.claimed_ms, r.is_in_doubt,
    r.is_exempt, r.failure
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, line_id bigint, priority bigint, next_ms bigint, attempts bigint, owner text,
    claimed_ms bigint, is_in_doubt boolean, is_exempt boolean, failure text
);

-- name: delete_outbox(rows)!
-- Takes messages out of the line for their carrier.
DELETE FROM outbox AS t USING json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint
)
WHERE t.account_id = r.account_id AND t.message_id = r.message_id;

-- name: delete_attachments(rows)!
-- Forgets files.
DELETE FROM attachment AS t USING json_to_recordset(:rows::json) AS r (account_id bigint, id text)
WHERE t.account_id = r.account_id AND t.id = r.id;

-- name: put_back_outbox(rows)!
-- Puts messages back in line for a later attempt, as far as nobody else than the claimant, if there is one, has them.
UPDATE outbox AS t SET
    next_ms = r.next_ms, attempts = r.attempts, owner = r.owner, claimed_ms = r.claimed_ms,
    is_in_doubt = r.is_in_doubt, failure = r.failure
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, next_ms bigint, attempts bigint, owner text, claimed_ms bigint,
    is_in_doubt boolean, failure text, claimant text
)
WHERE t.account_id = r.account_id AND t.message_id = r.message_id AND (r.claimant = '' OR t.owner = r.claimant);

-- name: save_message_parts(rows)!
-- Writes what became of the parts of messages.
INSERT INTO message_part (
    account_id, message_id, part_no, carrier, ref, status_code, message_status, carrier_words, updated_ms
)
SELECT
    r.account_id, r.message_id, r.part_no, r.carrier, r.ref, r.status_code, r.message_status, r.carrier_words,
    r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, part_no bigint, carrier text, ref text, status_code bigint,
    message_status bigint, carrier_words text, updated_ms bigint
)
ON CONFLICT (account_id, message_id, part_no) DO UPDATE SET
    carrier = excluded.carrier, ref = excluded.ref, status_code = excluded.status_code,
    message_status = excluded.message_status, carrier_words = excluded.carrier_words, updated_ms = excluded.updated_ms;

-- name: save_carrier_refs(rows)!
-- Notes which message an id of a carrier means: the newest one, and a given form before a derived one.
INSERT INTO carrier_ref (
    carrier, ref, account_id, message_id, part_no, is_exact
)
SELECT
    r.carrier, r.ref, r.account_id, r.message_id, r.part_no, r.is_exact
FROM json_to_recordset(:rows::json) AS r (
    carrier text, ref text, account_id bigint, message_id bigint, part_no bigint, is_exact boolean
)
ON CONFLICT (carrier, ref) DO UPDATE SET
    account_id = excluded.account_id, message_id = excluded.message_id, part_no = excluded.part_no,
    is_exact = excluded.is_exact
WHERE excluded.is_exact OR NOT carrier_ref.is_exact;

-- name: insert_receipts(rows)!
-- Keeps what carriers said.
INSERT INTO receipt (
    account_id, no, carrier, ref, message_id, part_no, kind, message_status, carrier_words, at_ms, received_ms
)
SELECT
    r.account_id, r.no, r.carrier, r.ref, r.message_id, r.part_no, r.kind, r.message_status, r.carrier_words, r.at_ms,
    r.received_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, no bigint, carrier text, ref text, message_id bigint, part_no bigint, kind text,
    message_status bigint, carrier_words text, at_ms bigint, received_ms bigint
);

-- name: match_receipts(rows)!
-- Notes which message receipts are about.
UPDATE receipt AS t SET
    message_id = r.message_id, part_no = r.part_no
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, no bigint, message_id bigint, part_no bigint
)
WHERE t.account_id = r.account_id AND t.no = r.no;

-- name: insert_inbound_keys(rows)!
-- Notes by what inbound texts are known again.
INSERT INTO inbound_key (
    account_id, carrier, key, message_id, at_ms
)
SELECT
    r.account_id, r.carrier, r.key, r.message_id, r.at_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, carrier text, key text, message_id bigint, at_ms bigint
);

-- name: insert_attachments(rows)!
-- Keeps the storage keys of files.
INSERT INTO attachment (
    account_id, id, digest, size_bytes, kind, file_name, created_ms, door, credential_id
)
SELECT
    r.account_id, r.id, r.digest, r.size_bytes, r.kind, r.file_name, r.created_ms, r.door, r.credential_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, id text, digest text, size_bytes bigint, kind text, file_name text, created_ms bigint,
    door text, credential_id bigint
);

-- name: insert_message_attachments(rows)!
-- Puts files on messages.
INSERT INTO message_attachment (
    account_id, message_id, position, attachment_id
)
SELECT
    r.account_id, r.message_id, r.position, r.attachment_id
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, message_id bigint, position bigint, attachment_id text
);

-- name: insert_events(rows)!
-- Adds events.
INSERT INTO event (
    account_id, no, kind, line_id, fingerprint, message_id, phone, contact_id, status_code, message_status, data, at_ms
)
SELECT
    r.account_id, r.no, r.kind, r.line_id, r.fingerprint, r.message_id, r.phone, r.contact_id, r.status_code,
    r.message_status, r.data, r.at_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, no bigint, kind text, line_id bigint, fingerprint bigint, message_id bigint, phone text,
    contact_id bigint, status_code bigint, message_status bigint, data text, at_ms bigint
);

-- name: insert_webhook_deliveries(rows)!
-- Has events told to subscriptions.
INSERT INTO webhook_delivery (
    account_id, subscription_id, event_no, fingerprint, state, attempts, next_ms, owner, body, error, updated_ms
)
SELECT
    r.account_id, r.subscription_id, r.event_no, r.fingerprint, r.state, r.attempts, r.next_ms, r.owner, r.body,
    r.error, r.updated_ms
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, subscription_id bigint, event_no bigint, fingerprint bigint, state text, attempts bigint,
    next_ms bigint, owner text, body text, error text, updated_ms bigint
);

-- name: add_line_usage(rows)!
-- Adds to what lines sent and received in a month.
INSERT INTO line_usage (
    account_id, line_id, month, sent_sms, sent_mms, sent_parts, received_sms, received_mms, received_parts
)
SELECT
    r.account_id, r.line_id, r.month, r.sent_sms, r.sent_mms, r.sent_parts, r.received_sms, r.received_mms,
    r.received_parts
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, line_id bigint, month bigint, sent_sms bigint, sent_mms bigint, sent_parts bigint,
    received_sms bigint, received_mms bigint, received_parts bigint
)
ON CONFLICT (account_id, line_id, month) DO UPDATE SET
    sent_sms = line_usage.sent_sms + excluded.sent_sms, sent_mms = line_usage.sent_mms + excluded.sent_mms,
    sent_parts = line_usage.sent_parts + excluded.sent_parts,
    received_sms = line_usage.received_sms + excluded.received_sms,
    received_mms = line_usage.received_mms + excluded.received_mms,
    received_parts = line_usage.received_parts + excluded.received_parts;

-- name: save_line_settings(rows)!
-- Sets what callers chose for lines and users.
INSERT INTO line_setting (
    account_id, line_id, user_id, name, value
)
SELECT
    r.account_id, r.line_id, r.user_id, r.name, r.value
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, line_id bigint, user_id bigint, name text, value text
)
ON CONFLICT (account_id, line_id, user_id, name) DO UPDATE SET value = excluded.value;
