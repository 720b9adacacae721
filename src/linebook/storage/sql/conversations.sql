-- name: conversations_of_line(account_id, line_id, offset, limit)
-- A page of a line's conversations, that of the newest message first: a walk of the narrow index up to the page.
SELECT c.* FROM (
    SELECT fingerprint FROM conversation WHERE account_id = :account_id AND line_id = :line_id AND deleted_ms IS NULL
    ORDER BY last_message_id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN conversation AS c
WHERE c.account_id = :account_id AND c.line_id = :line_id AND c.fingerprint = page.fingerprint
ORDER BY c.last_message_id DESC;

-- name: conversation_by_fingerprint(account_id, line_id, fingerprint)
-- One conversation of a line.
SELECT * FROM conversation WHERE account_id = :account_id AND line_id = :line_id AND fingerprint = :fingerprint;
