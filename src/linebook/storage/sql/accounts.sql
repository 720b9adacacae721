-- name: set_clock(account_id, name, change_no, last_ms, last_id, row_count)!
-- Records what a transaction used of its clock; the last statement of a transaction that took one.
UPDATE account_clock SET change_no = :change_no, last_ms = :last_ms, last_id = :last_id, row_count = :row_count
WHERE account_id = :account_id AND name = :name;

-- name: clock(account_id, name)
-- Reads a clock without taking it.
SELECT change_no, last_ms, last_id, row_count FROM account_clock WHERE account_id = :account_id AND name = :name;

-- name: next_counter(account_id, name, first, step)
-- Takes `step` ids from a counter and gives the last of them; a new counter starts so that `first` is its first id.
INSERT INTO account_counter AS c (account_id, name, value)
VALUES (:account_id, :name, CAST(:first AS bigint) + CAST(:step AS bigint) - 1)
ON CONFLICT (account_id, name) DO UPDATE SET value = c.value + CAST(:step AS bigint)
RETURNING value;

-- name: line_by_id(account_id, id)
-- One line.
SELECT * FROM line WHERE account_id = :account_id AND id = :id;

-- name: lines_page(account_id, after_id, limit)
-- A page of an account's lines by rising id.
SELECT * FROM line WHERE account_id = :account_id AND id > :after_id ORDER BY id LIMIT :limit;

-- name: insert_line(account_id, id, address, label, carrier, window_size, rate_per_s, is_toll_free, is_multi_user, on_doubt, created_ms)!
-- Adds a line.
INSERT INTO line
    (account_id, id, address, label, carrier, window_size, rate_per_s, is_toll_free, is_multi_user, on_doubt,
     created_ms, updated_ms)
VALUES
    (:account_id, :id, :address, :label, :carrier, :window_size, :rate_per_s, :is_toll_free, :is_multi_user, :on_doubt,
     :created_ms, :created_ms);

-- name: user_by_id(account_id, id)
-- One user.
SELECT * FROM app_user WHERE account_id = :account_id AND id = :id;

-- name: users_page(account_id, after_id, limit)
-- A page of an account's users by rising id.
SELECT * FROM app_user WHERE account_id = :account_id AND id > :after_id ORDER BY id LIMIT :limit;

-- name: insert_user(account_id, id, email, email_key, first_name, last_name, phone, role, created_ms)!
-- Adds a user.
INSERT INTO app_user
    (account_id, id, email, email_key, first_name, last_name, phone, role, is_active, created_ms, updated_ms)
VALUES
    (:account_id, :id, :email, :email_key, :first_name, :last_name, :phone, :role, TRUE, :created_ms, :created_ms);

-- name: update_user(account_id, id, email, email_key, first_name, last_name, role, is_active, updated_ms)!
-- Changes a user's address, name, role, and whether he or she works here still.
UPDATE app_user SET
    email = :email, email_key = :email_key, first_name = :first_name, last_name = :last_name, role = :role,
    is_active = :is_active, updated_ms = :updated_ms
WHERE account_id = :account_id AND id = :id;

-- name: login(account_id, line_id, prefix)
-- Who may log in on a line under that name.
SELECT account_id, line_id, prefix, user_id, role, password_hash FROM login
WHERE account_id = :account_id AND line_id = :line_id AND prefix = :prefix;

-- name: logins_of_line(account_id, line_id)
-- Everybody who may log in on a line, by prefix.
SELECT account_id, line_id, prefix, user_id, role, password_hash FROM login
WHERE account_id = :account_id AND line_id = :line_id ORDER BY prefix;

-- name: change_password(account_id, line_id, prefix, old_hash, new_hash)
-- Gives a login another password, unless it has another one by now.
UPDATE login SET password_hash = :new_hash
WHERE account_id = :account_id AND line_id = :line_id AND prefix = :prefix AND password_hash = :old_hash
RETURNING prefix;

-- name: delete_login(account_id, line_id, prefix)!
-- Takes a login away.
DELETE FROM login WHERE account_id = :account_id AND line_id = :line_id AND prefix = :prefix;

-- name: save_login(account_id, line_id, prefix, user_id, role, password_hash, created_ms)!
-- Adds a login, or gives an existing one a new password, user and role.
INSERT INTO login (account_id, line_id, prefix, user_id, role, password_hash, created_ms)
VALUES (:account_id, :line_id, :prefix, :user_id, :role, :password_hash, :created_ms)
ON CONFLICT (account_id, line_id, prefix)
DO UPDATE SET user_id = excluded.user_id, role = excluded.role, password_hash = excluded.password_hash;

-- name: user_by_email(account_id, email_key)
-- The user with that e-mail address.
SELECT * FROM app_user WHERE account_id = :account_id AND email_key = :email_key;
