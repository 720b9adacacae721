-- name: messages_by_id(account_id, keys)
-- The messages with these ids, driven by the keys.
SELECT m.* FROM json_each(:keys) AS k CROSS JOIN message AS m
WHERE m.account_id = :account_id AND m.id = k.value;

-- name: conversation_keys_by_digest(account_id, keys)
-- The numbers of these sets of addresses.
SELECT c.digest, c.fingerprint FROM json_each(:keys) AS k CROSS JOIN conversation_key AS c
WHERE c.account_id = :account_id AND c.digest = k.value;

-- name: conversation_keys_taken(account_id, keys)
-- Which of these numbers a set of addresses has.
SELECT c.fingerprint FROM json_each(:keys) AS k CROSS JOIN conversation_key AS c
WHERE c.account_id = :account_id AND c.fingerprint = k.value;

-- name: conversations_by_fingerprint(account_id, line_id, keys)
-- The conversations of a line with these numbers.
SELECT c.* FROM json_each(:keys) AS k CROSS JOIN conversation AS c
WHERE c.account_id = :account_id AND c.line_id = :line_id AND c.fingerprint = k.value;

-- name: attachments_by_id(account_id, keys)
-- The kept files with these storage keys.
SELECT f.* FROM json_each(:keys) AS k CROSS JOIN attachment AS f
WHERE f.account_id = :account_id AND f.id = k.value;

-- name: attachments_named(account_id, keys)
-- Which of these files a message has.
SELECT k.value FROM json_each(:keys) AS k
WHERE EXISTS (
    SELECT 1 FROM message_attachment AS m WHERE m.account_id = :account_id AND m.attachment_id = k.value
);

-- name: digests_kept(account_id, keys)
-- Which of these digests a kept file has.
SELECT k.value FROM json_each(:keys) AS k
WHERE EXISTS (SELECT 1 FROM attachment AS f WHERE f.account_id = :account_id AND f.digest = k.value);

-- name: attachments_of_messages(account_id, keys)
-- The files of these messages, in the order of each.
SELECT m.message_id, f.* FROM json_each(:keys) AS k CROSS JOIN message_attachment AS m CROSS JOIN attachment AS f
WHERE m.account_id = :account_id AND m.message_id = k.value AND f.account_id = :account_id AND f.id = m.attachment_id
ORDER BY m.message_id, m.position;

-- name: message_parts_of(account_id, keys)
-- The parts of these messages.
SELECT p.* FROM json_each(:keys) AS k CROSS JOIN message_part AS p
WHERE p.account_id = :account_id AND p.message_id = k.value;

-- name: outbox_of_messages(account_id, keys)
-- What is still to be sent of these messages.
SELECT o.* FROM json_each(:keys) AS k CROSS JOIN outbox AS o
WHERE o.account_id = :account_id AND o.message_id = k.value;

-- name: inbound_keys_known(account_id, carrier, keys)
-- Which of these inbound texts are there already.
SELECT i.key, i.message_id FROM json_each(:keys) AS k CROSS JOIN inbound_key AS i
WHERE i.account_id = :account_id AND i.carrier = :carrier AND i.key = k.value;

-- name: receipts_waiting(account_id, carrier, keys)
-- What a carrier said early of these ids.
SELECT r.* FROM json_each(:keys) AS k CROSS JOIN receipt AS r
WHERE r.account_id = :account_id AND r.carrier = :carrier AND r.ref = k.value AND r.message_id IS NULL;

-- name: carrier_refs(carrier, keys)
-- Which messages these ids of a carrier mean.
SELECT c.ref, c.account_id, c.message_id, c.part_no FROM json_each(:keys) AS k CROSS JOIN carrier_ref AS c
WHERE c.carrier = :carrier AND c.ref = k.value;

-- name: conversations_of_line(account_id, line_id, offset, limit)
-- A page of a line's conversations, that of the newest message first: a walk of the narrow index up to the page.
SELECT c.* FROM (
    SELECT fingerprint FROM conversation WHERE account_id = :account_id AND line_id = :line_id AND deleted_ms IS NULL
    ORDER BY last_message_id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN conversation AS c
WHERE c.account_id = :account_id AND c.line_id = :line_id AND c.fingerprint = page.fingerprint
ORDER BY c.last_message_id DESC;
