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

-- name: count_leases(kind)
-- How many things of a kind there are, worked for or not.
SELECT count(*) FROM lease WHERE kind = :kind;

-- name: save_lease_worker(kind, account_id, thing_id, owner, until_ms)!
-- Notes that a worker is heard of until then.
INSERT INTO lease (kind, account_id, thing_id, owner, until_ms)
VALUES (:kind, :account_id, :thing_id, :owner, :until_ms)
ON CONFLICT (kind, account_id, thing_id) DO UPDATE SET until_ms = excluded.until_ms;

-- name: delete_ended_leases(kind, now_ms)!
-- Forgets workers that were not heard of in time.
DELETE FROM lease WHERE kind = :kind AND until_ms <= :now_ms;
