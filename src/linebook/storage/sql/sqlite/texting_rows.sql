-- name: insert_messages(account_id, id, no, line_id, fingerprint, direction, phone, contact_id, body, part_count, attachment_count, is_mms, status_code, message_status, is_read, created_ms, updated_ms, due_ms, sent_ms, delivered_ms, read_ms, deleted_ms, parent_id, carrier, carrier_words, error, from_name, advertisement, external_id, user_id, door, credential_id)!
-- Adds messages.
INSERT INTO message (
    account_id, id, no, line_id, fingerprint, direction, phone, contact_id, body, part_count, attachment_count, is_mms,
    status_code, message_status, is_read, created_ms, updated_ms, due_ms, sent_ms, delivered_ms, read_ms, deleted_ms,
    parent_id, carrier, carrier_words, error, from_name, advertisement, external_id, user_id, door, credential_id
) VALUES (
    :account_id, :id, :no, :line_id, :fingerprint, :direction, :phone, :contact_id, :body, :part_count,
    :attachment_count, :is_mms, :status_code, :message_status, :is_read, :created_ms, :updated_ms, :due_ms, :sent_ms,
    :delivered_ms, :read_ms, :deleted_ms, :parent_id, :carrier, :carrier_words, :error, :from_name, :advertisement,
    :external_id, :user_id, :door, :credential_id
);

-- name: update_message_states(account_id, id, status_code, message_status, updated_ms, sent_ms, delivered_ms, carrier, carrier_words, error)!
-- Writes how far messages have come.
UPDATE message SET
    status_code = :status_code, message_status = :message_status, updated_ms = :updated_ms, sent_ms = :sent_ms,
    delivered_ms = :delivered_ms, carrier = :carrier, carrier_words = :carrier_words, error = :error
WHERE account_id = :account_id AND id = :id;

-- name: mark_messages(account_id, id, is_read, read_ms, deleted_ms, updated_ms)!
-- Writes who has read messages, and whether lists leave them out.
UPDATE message SET
    is_read = :is_read, read_ms = :read_ms, deleted_ms = :deleted_ms, updated_ms = :updated_ms
WHERE account_id = :account_id AND id = :id;

-- name: insert_conversation_keys(account_id, digest, fingerprint)!
-- Gives numbers to sets of addresses.
INSERT INTO conversation_key (
    account_id, digest, fingerprint
) VALUES (
    :account_id, :digest, :fingerprint
);

-- name: save_conversations(account_id, line_id, fingerprint, id, addresses, contact_id, unread_count, is_open, assignee_id, last_message_id, rev, created_ms, updated_ms, deleted_ms)!
-- Writes conversations whole.
INSERT INTO conversation (
    account_id, line_id, fingerprint, id, addresses, contact_id, unread_count, is_open, assignee_id, last_message_id,
    rev, created_ms, updated_ms, deleted_ms
) VALUES (
    :account_id, :line_id, :fingerprint, :id, :addresses, :contact_id, :unread_count, :is_open, :assignee_id,
    :last_message_id, :rev, :created_ms, :updated_ms, :deleted_ms
)
ON CONFLICT (account_id, line_id, fingerprint) DO UPDATE SET
    contact_id = excluded.contact_id, unread_count = excluded.unread_count, is_open = excluded.is_open,
    assignee_id = excluded.assignee_id, last_message_id = excluded.last_message_id, rev = excluded.rev,
    updated_ms = excluded.updated_ms, deleted_ms = excluded.deleted_ms;

-- name: insert_outbox(account_id, message_id, line_id, priority, next_ms, attempts, owner, claimed_ms, is_in_doubt, is_exempt, failure)!
-- Puts messages in line for their carrier.
INSERT INTO outbox (
    account_id, message_id, line_id, priority, next_ms, attempts, owner, claimed_ms, is_in_doubt, is_exempt, failure
) VALUES (
    :account_id, :message_id, :line_id, :priority, :next_ms, :attempts, :owner, :claimed_ms, :is_in_doubt, :is_exempt,
    :failure
);

-- name: delete_outbox(account_id, message_id)!
-- Takes messages out of the line for their carrier.
DELETE FROM outbox WHERE account_id = :account_id AND message_id = :message_id;

-- name: delete_attachments(account_id, id)!
-- Forgets files.
DELETE FROM attachment WHERE account_id = :account_id AND id = :id;

-- name: put_back_outbox(account_id, message_id, next_ms, attempts, owner, claimed_ms, is_in_doubt, failure, claimant)!
-- Puts messages back in line for a later attempt, as far as nobody else than the claimant, if there is one, has them.
UPDATE outbox SET
    next_ms = :next_ms, attempts = :attempts, owner = :owner, claimed_ms = :claimed_ms, is_in_doubt = :is_in_doubt,
    failure = :failure
WHERE account_id = :account_id AND message_id = :message_id AND (:claimant = '' OR owner = :claimant);

-- name: save_message_parts(account_id, message_id, part_no, carrier, ref, status_code, message_status, carrier_words, updated_ms)!
-- Writes what became of the parts of messages.
INSERT INTO message_part (
    account_id, message_id, part_no, carrier, ref, status_code, message_status, carrier_words, updated_ms
) VALUES (
    :account_id, :message_id, :part_no, :carrier, :ref, :status_code, :message_status, :carrier_words, :updated_ms
)
ON CONFLICT (account_id, message_id, part_no) DO UPDATE SET
    carrier = excluded.carrier, ref = excluded.ref, status_code = excluded.status_code,
    message_status = excluded.message_status, carrier_words = excluded.carrier_words, updated_ms = excluded.updated_ms;

-- name: save_carrier_refs(carrier, ref, account_id, message_id, part_no, is_exact)!
-- Notes which message an id of a carrier means: the newest one, and a given form before a derived one.
INSERT INTO carrier_ref (
    carrier, ref, account_id, message_id, part_no, is_exact
) VALUES (
    :carrier, :ref, :account_id, :message_id, :part_no, :is_exact
)
ON CONFLICT (carrier, ref) DO UPDATE SET
    account_id = excluded.account_id, message_id = excluded.message_id, part_no = excluded.part_no,
    is_exact = excluded.is_exact
WHERE excluded.is_exact OR NOT carrier_ref.is_exact;

-- name: insert_receipts(account_id, no, carrier, ref, message_id, part_no, kind, message_status, carrier_words, at_ms, received_ms)!
-- Keeps what carriers said.
INSERT INTO receipt (
    account_id, no, carrier, ref, message_id, part_no, kind, message_status, carrier_words, at_ms, received_ms
) VALUES (
    :account_id, :no, :carrier, :ref, :message_id, :part_no, :kind, :message_status, :carrier_words, :at_ms,
    :received_ms
);

-- name: match_receipts(account_id, no, message_id, part_no)!
-- Notes which message receipts are about.
UPDATE receipt SET
    message_id = :message_id, part_no = :part_no
WHERE account_id = :account_id AND no = :no;

-- name: insert_inbound_keys(account_id, carrier, key, message_id, at_ms)!
-- Notes by what inbound texts are known again.
INSERT INTO inbound_key (
    account_id, carrier, key, message_id, at_ms
) VALUES (
    :account_id, :carrier, :key, :message_id, :at_ms
);

-- name: insert_attachments(account_id, id, digest, size_bytes, kind, file_name, created_ms, door, credential_id)!
-- Keeps the storage keys of files.
INSERT INTO attachment (
    account_id, id, digest, size_bytes, kind, file_name, created_ms, door, credential_id
) VALUES (
    :account_id, :id, :digest, :size_bytes, :kind, :file_name, :created_ms, :door, :credential_id
);

-- name: insert_message_attachments(account_id, message_id, position, attachment_id)!
-- Puts files on messages.
INSERT INTO message_attachment (
    account_id, message_id, position, attachment_id
) VALUES (
    :account_id, :message_id, :position, :attachment_id
);

-- name: insert_events(account_id, no, kind, line_id, fingerprint, message_id, phone, contact_id, status_code, message_status, data, at_ms)!
-- Adds events.
INSERT INTO event (
    account_id, no, kind, line_id, fingerprint, message_id, phone, contact_id, status_code, message_status, data, at_ms
) VALUES (
    :account_id, :no, :kind, :line_id, :fingerprint, :message_id, :phone, :contact_id, :status_code, :message_status,
    :data, :at_ms
);

-- name: insert_webhook_deliveries(account_id, subscription_id, event_no, fingerprint, state, attempts, next_ms, owner, body, error, updated_ms)!
-- Has events told to subscriptions.
INSERT INTO webhook_delivery (
    account_id, subscription_id, event_no, fingerprint, state, attempts, next_ms, owner, body, error, updated_ms
) VALUES (
    :account_id, :subscription_id, :event_no, :fingerprint, :state, :attempts, :next_ms, :owner, :body, :error,
    :updated_ms
);

-- name: add_line_usage(account_id, line_id, month, sent_sms, sent_mms, sent_parts, received_sms, received_mms, received_parts)!
-- Adds to what lines sent and received in a month.
INSERT INTO line_usage (
    account_id, line_id, month, sent_sms, sent_mms, sent_parts, received_sms, received_mms, received_parts
) VALUES (
    :account_id, :line_id, :month, :sent_sms, :sent_mms, :sent_parts, :received_sms, :received_mms, :received_parts
)
ON CONFLICT (account_id, line_id, month) DO UPDATE SET
    sent_sms = line_usage.sent_sms + excluded.sent_sms, sent_mms = line_usage.sent_mms + excluded.sent_mms,
    sent_parts = line_usage.sent_parts + excluded.sent_parts,
    received_sms = line_usage.received_sms + excluded.received_sms,
    received_mms = line_usage.received_mms + excluded.received_mms,
    received_parts = line_usage.received_parts + excluded.received_parts;

-- name: save_line_settings(account_id, line_id, user_id, name, value)!
-- Sets what callers chose for lines and users.
INSERT INTO line_setting (
    account_id, line_id, user_id, name, value
) VALUES (
    :account_id, :line_id, :user_id, :name, :value
)
ON CONFLICT (account_id, line_id, user_id, name) DO UPDATE SET value = excluded.value;
