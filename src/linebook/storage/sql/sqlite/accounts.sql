-- name: held_account(id)
-- One account that nobody deletes before the commit (the engine's write lock holds it).
SELECT * FROM account WHERE id = :id;
