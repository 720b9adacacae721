-- name: take_leases(kind, account_id, thing_id, owner, until_ms, now_ms)!
-- Takes what is free, and keeps longer what the owner has.
UPDATE lease SET owner = :owner, until_ms = :until_ms
WHERE kind = :kind AND account_id = :account_id AND thing_id = :thing_id
    AND (owner = :owner OR until_ms <= :now_ms);

-- name: end_leases(kind, account_id, thing_id, owner)!
-- Lets go of what the owner has.
UPDATE lease SET owner = '', until_ms = 0
WHERE kind = :kind AND account_id = :account_id AND thing_id = :thing_id AND owner = :owner;
