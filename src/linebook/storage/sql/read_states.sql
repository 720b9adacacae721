-- name: read_state(account_id, credential_id, name)
-- What a credential has not read yet.
SELECT seen_no, unread FROM read_state
WHERE account_id = :account_id AND credential_id = :credential_id AND name = :name;

-- name: save_read_state(account_id, credential_id, name, seen_no, unread)!
-- Remembers what a credential has not read yet.
INSERT INTO read_state (account_id, credential_id, name, seen_no, unread)
VALUES (:account_id, :credential_id, :name, :seen_no, :unread)
ON CONFLICT (account_id, credential_id, name) DO UPDATE SET seen_no = excluded.seen_no, unread = excluded.unread;

-- name: forget_read_states(account_id, credential_id)!
-- Forgets what a credential has read.
DELETE FROM read_state WHERE account_id = :account_id AND credential_id = :credential_id;
