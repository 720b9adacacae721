-- name: insert_lease(kind, account_id, thing_id)!
-- Lets workers work for a thing: a line's outbox, a webhook's deliveries.
INSERT INTO lease (kind, account_id, thing_id, owner, until_ms) VALUES (:kind, :account_id, :thing_id, '', 0);

-- name: webhook_subscriptions(account_id)
-- Every webhook of an account, by rising id.
SELECT * FROM webhook_subscription WHERE account_id = :account_id ORDER BY id;

-- name: stop_words(account_id)
-- The words of consent in which an account differs from the usual ones.
SELECT word, action FROM stop_word WHERE account_id = :account_id;

-- name: line_settings(account_id, line_id)
-- What callers set for a line and its users.
SELECT user_id, name, value FROM line_setting WHERE account_id = :account_id AND line_id = :line_id;

-- name: attachments_before(account_id, before_ms, after_ms, after_id, limit)
-- A page of the files that were kept before a time, the oldest first.
SELECT created_ms, id FROM attachment
WHERE account_id = :account_id AND created_ms < :before_ms AND created_ms >= :after_ms
    AND (created_ms > :after_ms OR id > :after_id)
ORDER BY created_ms, id LIMIT :limit;

-- name: line_usages(account_id)
-- What every line of an account sent and received, by month.
SELECT * FROM line_usage WHERE account_id = :account_id ORDER BY line_id, month;
