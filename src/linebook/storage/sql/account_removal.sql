-- name: clear_account(id)!
-- Removes an account; what waits for it in other processes finds that it is gone.
DELETE FROM account WHERE id = :id;

-- name: clear_line_address(account_id)!
-- Frees the addresses of an account's lines; before the lines go.
DELETE FROM line_address
WHERE account_id = :account_id AND address IN (SELECT address FROM line WHERE account_id = :account_id);

-- name: clear_credential(account_id)!
-- Removes an account's credentials.
DELETE FROM credential WHERE account_id = :account_id;

-- name: clear_account_clock(account_id)!
-- Removes an account's clocks.
DELETE FROM account_clock WHERE account_id = :account_id;

-- name: clear_account_counter(account_id)!
-- Removes an account's counters.
DELETE FROM account_counter WHERE account_id = :account_id;

-- name: clear_line(account_id)!
-- Removes an account's lines.
DELETE FROM line WHERE account_id = :account_id;

-- name: clear_app_user(account_id)!
-- Removes an account's users.
DELETE FROM app_user WHERE account_id = :account_id;

-- name: clear_login(account_id)!
-- Removes an account's logins.
DELETE FROM login WHERE account_id = :account_id;

-- name: clear_contact(account_id)!
-- Removes an account's contacts.
DELETE FROM contact WHERE account_id = :account_id;

-- name: clear_contact_name(account_id)!
-- Removes an account's name order.
DELETE FROM contact_name WHERE account_id = :account_id;

-- name: clear_name_follower(account_id)!
-- Forgets how far an account's name order has followed.
DELETE FROM name_follower WHERE account_id = :account_id;

-- name: clear_history(account_id)!
-- Removes an account's history.
DELETE FROM history WHERE account_id = :account_id;

-- name: clear_field(account_id)!
-- Removes an account's custom fields.
DELETE FROM field WHERE account_id = :account_id;

-- name: clear_tag(account_id)!
-- Removes an account's tags.
DELETE FROM tag WHERE account_id = :account_id;

-- name: clear_contact_group(account_id)!
-- Removes an account's groups.
DELETE FROM contact_group WHERE account_id = :account_id;

-- name: clear_contact_tag(account_id)!
-- Removes the index from an account's tags to contacts.
DELETE FROM contact_tag WHERE account_id = :account_id;

-- name: clear_group_member(account_id)!
-- Removes the index from an account's groups to contacts.
DELETE FROM group_member WHERE account_id = :account_id;

-- name: clear_contact_bucket(account_id)!
-- Removes what is kept of the ranges of an account's ids.
DELETE FROM contact_bucket WHERE account_id = :account_id;

-- name: clear_consent(account_id)!
-- Removes the current view of an account's consents.
DELETE FROM consent WHERE account_id = :account_id;

-- name: clear_consent_entry(account_id)!
-- Removes an account's ledger of consents.
DELETE FROM consent_entry WHERE account_id = :account_id;

-- name: clear_read_state(account_id)!
-- Forgets what an account's credentials have read.
DELETE FROM read_state WHERE account_id = :account_id;

-- name: clear_import_report(account_id)!
-- Removes the reports of an account's imports.
DELETE FROM import_report WHERE account_id = :account_id;
