-- name: take_leases(rows)!
-- Takes what is free, and keeps longer what the owner has.
UPDATE lease AS t SET owner = r.owner, until_ms = r.until_ms
FROM json_to_recordset(:rows::json) AS r (
    kind text, account_id bigint, thing_id bigint, owner text, until_ms bigint, now_ms bigint
)
WHERE t.kind = r.kind AND t.account_id = r.account_id AND t.thing_id = r.thing_id
    AND (t.owner = r.owner OR t.until_ms <= r.now_ms);

-- name: end_leases(rows)!
-- Lets go of what the owner has.
UPDATE lease AS t SET owner = '', until_ms = 0
FROM json_to_recordset(:rows::json) AS r (
    kind text, account_id bigint, thing_id bigint, owner text
)
WHERE t.kind = r.kind AND t.account_id = r.account_id AND t.thing_id = r.thing_id AND t.owner = r.owner;
