-- name: outbox_due(account_id, line_id, priority, now_ms, limit)
-- What a line is to send now with that priority, the longest due first.
SELECT message_id, attempts, is_in_doubt, is_exempt, failure FROM outbox
WHERE account_id = :account_id AND line_id = :line_id AND owner = '' AND priority = :priority AND next_ms <= :now_ms
ORDER BY next_ms, message_id LIMIT :limit;

-- name: outbox_next(account_id, line_id, priority)
-- When the next text of that priority is due on a line.
SELECT next_ms FROM outbox
WHERE account_id = :account_id AND line_id = :line_id AND owner = '' AND priority = :priority
ORDER BY next_ms LIMIT 1;

-- name: outbox_left_behind(account_id, line_id, owner, limit)
-- What others have claimed of a line.
SELECT message_id, attempts FROM outbox
WHERE account_id = :account_id AND line_id = :line_id AND owner > '' AND owner <> :owner
LIMIT :limit;
