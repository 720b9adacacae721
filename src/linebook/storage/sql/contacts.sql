-- name: contacts_after_id(account_id, after_id, limit)
-- A page of contacts by rising id.
SELECT * FROM contact WHERE account_id = :account_id AND id > :after_id ORDER BY id LIMIT :limit;

-- name: contacts_at_offset(account_id, after_id, offset, limit)
-- A page of contacts by rising id, so many behind an id: a walk of the narrow id index from there to the page.
SELECT c.* FROM (
    SELECT id FROM contact WHERE account_id = :account_id AND id > :after_id ORDER BY id LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.id = page.id
ORDER BY c.id;

-- name: contact_buckets(account_id, last_bucket)
-- The ranges of ids up to a bucket that hold more or fewer contacts than the rule says.
SELECT bucket, surplus FROM contact_bucket WHERE account_id = :account_id AND bucket <= :last_bucket ORDER BY bucket;

-- name: history_of_change(account_id, change_no, limit)
-- What a contact was before: from the change that made it what it is backwards, newest first.
WITH RECURSIVE chain AS (
    SELECT h.* FROM history AS h WHERE h.account_id = :account_id AND h.change_no = :change_no
    UNION ALL
    SELECT h.* FROM chain CROSS JOIN history AS h
    WHERE h.account_id = :account_id AND h.change_no = chain.supersedes_no
)
SELECT * FROM chain LIMIT :limit;

-- name: deletion_of_contact(account_id, contact_id)
-- The change that deleted a contact, if it was deleted.
SELECT change_no FROM history WHERE account_id = :account_id AND contact_id = :contact_id AND action = 'delete'
ORDER BY change_no DESC LIMIT 1;
