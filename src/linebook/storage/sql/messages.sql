-- name: messages_of_line(account_id, line_id, offset, limit)
-- A page of a line's messages, newest first, so many from the newest: a walk of the narrow index up to the page.
SELECT m.* FROM (
    SELECT id FROM message WHERE account_id = :account_id AND line_id = :line_id AND deleted_ms IS NULL
    ORDER BY id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN message AS m
WHERE m.account_id = :account_id AND m.id = page.id
ORDER BY m.id DESC;

-- name: messages_of_line_before(account_id, line_id, before_id, limit)
-- A page of a line's messages, newest first: those before an id.
SELECT * FROM message
WHERE account_id = :account_id AND line_id = :line_id AND deleted_ms IS NULL AND id < :before_id
ORDER BY id DESC LIMIT :limit;

-- name: messages_of_conversation(account_id, line_id, fingerprint, offset, limit)
-- A page of a conversation's messages, newest first, so many from the newest.
SELECT m.* FROM (
    SELECT id FROM message
    WHERE account_id = :account_id AND line_id = :line_id AND fingerprint = :fingerprint AND deleted_ms IS NULL
    ORDER BY id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN message AS m
WHERE m.account_id = :account_id AND m.id = page.id
ORDER BY m.id DESC;

-- name: unread_messages(account_id, line_id, fingerprint, after_id, limit)
-- What nobody has read of a conversation, oldest first, behind an id.
SELECT * FROM message
WHERE account_id = :account_id AND line_id = :line_id AND fingerprint = :fingerprint AND is_read = FALSE
    AND id > :after_id
ORDER BY id LIMIT :limit;

-- name: receipts_of_message(account_id, message_id, limit)
-- What carriers said about a message, in order.
SELECT * FROM receipt WHERE account_id = :account_id AND message_id = :message_id ORDER BY no LIMIT :limit;
