-- name: messages_of_account(account_id, before_id, direction, line_id, phone, limit)
-- An account's messages of every line, deleted ones too, newest first: those before an id. An empty direction or phone
-- and line 0 stand for any.
SELECT * FROM message
WHERE account_id = :account_id AND id < :before_id
    AND (:direction = '' OR direction = :direction)
    AND (:line_id = 0 OR line_id = :line_id)
    AND (:phone = '' OR phone = :phone)
ORDER BY id DESC LIMIT :limit;
