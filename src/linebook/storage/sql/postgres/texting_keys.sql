-- Where a key has columns in front that every row of a line or a carrier shares, `= ANY` lets the planner walk all of
-- them and sift: it believes that they are few. A lateral look-up for each key, which OFFSET 0 keeps apart, cannot.

-- name: messages_by_id(account_id, keys)
-- The messages with these ids, driven by the keys.
SELECT m.* FROM message AS m
WHERE m.account_id = :account_id AND m.id = ANY(:keys::bigint[]);

-- name: conversation_keys_by_digest(account_id, keys)
-- The numbers of these sets of addresses.
SELECT c.digest, c.fingerprint FROM conversation_key AS c
WHERE c.account_id = :account_id AND c.digest = ANY(:keys::text[]);

-- name: conversation_keys_taken(account_id, keys)
-- Which of these numbers a set of addresses has.
SELECT c.fingerprint FROM conversation_key AS c
WHERE c.account_id = :account_id AND c.fingerprint = ANY(:keys::bigint[]);

-- name: conversations_by_fingerprint(account_id, line_id, keys)
-- The conversations of a line with these numbers.
SELECT c.* FROM unnest(:keys::bigint[]) AS k (fingerprint) CROSS JOIN LATERAL (
    SELECT t.* FROM conversation AS t
    WHERE t.account_id = :account_id AND t.line_id = :line_id AND t.fingerprint = k.fingerprint OFFSET 0
) AS c;

-- name: attachments_by_id(account_id, keys)
-- The kept files with these storage keys.
SELECT f.* FROM attachment AS f
WHERE f.account_id = :account_id AND f.id = ANY(:keys::text[]);

-- name: attachments_named(account_id, keys)
-- Which of these files a message has.
SELECT DISTINCT m.attachment_id FROM message_attachment AS m
WHERE m.account_id = :account_id AND m.attachment_id = ANY(:keys::text[]);

-- name: digests_kept(account_id, keys)
-- Which of these digests a kept file has.
SELECT DISTINCT f.digest FROM attachment AS f
WHERE f.account_id = :account_id AND f.digest = ANY(:keys::text[]);

-- name: attachments_of_messages(account_id, keys)
-- The files of these messages, in the order of each.
SELECT m.message_id, f.* FROM message_attachment AS m CROSS JOIN attachment AS f
WHERE m.account_id = :account_id AND m.message_id = ANY(:keys::bigint[]) AND f.account_id = :account_id
    AND f.id = m.attachment_id
ORDER BY m.message_id, m.position;

-- name: message_parts_of(account_id, keys)
-- The parts of these messages.
SELECT p.* FROM message_part AS p
WHERE p.account_id = :account_id AND p.message_id = ANY(:keys::bigint[]);

-- name: outbox_of_messages(account_id, keys)
-- What is still to be sent of these messages.
SELECT o.* FROM outbox AS o
WHERE o.account_id = :account_id AND o.message_id = ANY(:keys::bigint[]);

-- name: inbound_keys_known(account_id, carrier, keys)
-- Which of these inbound texts are there already.
SELECT i.key, i.message_id FROM unnest(:keys::text[]) AS k (key) CROSS JOIN LATERAL (
    SELECT t.key, t.message_id FROM inbound_key AS t
    WHERE t.account_id = :account_id AND t.carrier = :carrier AND t.key = k.key OFFSET 0
) AS i;

-- name: receipts_waiting(account_id, carrier, keys)
-- What a carrier said early of these ids.
SELECT r.* FROM unnest(:keys::text[]) AS k (ref) CROSS JOIN LATERAL (
    SELECT t.* FROM receipt AS t
    WHERE t.account_id = :account_id AND t.carrier = :carrier AND t.ref = k.ref AND t.message_id IS NULL OFFSET 0
) AS r;

-- name: carrier_refs(carrier, keys)
-- Which messages these ids of a carrier mean.
SELECT c.ref, c.account_id, c.message_id, c.part_no FROM unnest(:keys::text[]) AS k (ref) CROSS JOIN LATERAL (
    SELECT t.ref, t.account_id, t.message_id, t.part_no FROM carrier_ref AS t
    WHERE t.carrier = :carrier AND t.ref = k.ref OFFSET 0
) AS c;

-- name: conversations_of_line(account_id, line_id, offset, limit)
-- A page of a line's conversations, that of the newest message first: a walk of the narrow index up to the page. The
-- planner does not know how long the page is; LATERAL with a limit keeps it from reading the whole line for it.
SELECT c.* FROM (
    SELECT fingerprint FROM conversation WHERE account_id = :account_id AND line_id = :line_id AND deleted_ms IS NULL
    ORDER BY last_message_id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN LATERAL (
    SELECT * FROM conversation AS one
    WHERE one.account_id = :account_id AND one.line_id = :line_id AND one.fingerprint = page.fingerprint LIMIT 1
) AS c
ORDER BY c.last_message_id DESC;
