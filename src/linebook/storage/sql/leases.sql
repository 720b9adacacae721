-- name: free_leases(kind, now_ms, limit)
-- Things that nobody works for, the longest free first.
SELECT account_id, thing_id FROM lease WHERE kind = :kind AND until_ms <= :now_ms ORDER BY until_ms LIMIT :limit;

-- name: leases_until(kind, owner, until_ms)
-- The things that an owner holds until exactly that time.
SELECT account_id, thing_id FROM lease WHERE kind = :kind AND until_ms = :until_ms AND owner = :owner;

-- name: lease(kind, account_id, thing_id)
-- Who works for a thing, and until when.
SELECT owner, until_ms FROM lease WHERE kind = :kind AND account_id = :account_id AND thing_id = :thing_id;

-- name: delete_lease(kind, account_id, thing_id)!
-- Ends the work for a thing.
DELETE FROM lease WHERE kind = :kind AND account_id = :account_id AND thing_id = :thing_id;
