-- name: held_account(id)
-- One account that nobody deletes before the commit.
SELECT * FROM account WHERE id = :id FOR KEY SHARE;
