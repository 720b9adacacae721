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

-- name: clear_carrier_ref(account_id)!
-- Forgets the carriers' ids of an account's messages.
DELETE FROM carrier_ref WHERE account_id = :account_id;

-- name: clear_lease(account_id)!
-- Ends the work for what an account has.
DELETE FROM lease WHERE account_id = :account_id;

-- name: clear_line_setting(account_id)!
-- Removes what was set for an account's lines.
DELETE FROM line_setting WHERE account_id = :account_id;

-- name: clear_stop_word(account_id)!
-- Removes an account's own words of consent.
DELETE FROM stop_word WHERE account_id = :account_id;

-- name: clear_conversation_key(account_id)!
-- Removes the numbers of an account's conversations.
DELETE FROM conversation_key WHERE account_id = :account_id;

-- name: clear_conversation(account_id)!
-- Removes an account's conversations.
DELETE FROM conversation WHERE account_id = :account_id;

-- name: clear_message(account_id)!
-- Removes an account's messages.
DELETE FROM message WHERE account_id = :account_id;

-- name: clear_message_part(account_id)!
-- Removes the parts of an account's messages.
DELETE FROM message_part WHERE account_id = :account_id;

-- name: clear_attachment(account_id)!
-- Removes an account's storage keys; the files behind them are swept.
DELETE FROM attachment WHERE account_id = :account_id;

-- name: clear_message_attachment(account_id)!
-- Takes the files off an account's messages.
DELETE FROM message_attachment WHERE account_id = :account_id;

-- name: clear_outbox(account_id)!
-- Removes what an account still has to send.
DELETE FROM outbox WHERE account_id = :account_id;

-- name: clear_receipt(account_id)!
-- Removes what carriers said about an account's messages.
DELETE FROM receipt WHERE account_id = :account_id;

-- name: clear_inbound_key(account_id)!
-- Forgets by what an account's inbound texts are known again.
DELETE FROM inbound_key WHERE account_id = :account_id;

-- name: clear_event(account_id)!
-- Removes an account's events.
DELETE FROM event WHERE account_id = :account_id;

-- name: clear_webhook_subscription(account_id)!
-- Removes an account's webhooks.
DELETE FROM webhook_subscription WHERE account_id = :account_id;

-- name: clear_webhook_delivery(account_id)!
-- Removes what an account's webhooks are still to be told.
DELETE FROM webhook_delivery WHERE account_id = :account_id;

-- name: clear_webhook_attempt(account_id)!
-- Removes the log of an account's webhooks.
DELETE FROM webhook_attempt WHERE account_id = :account_id;

-- name: clear_line_usage(account_id)!
-- Removes what an account's lines sent and received.
DELETE FROM line_usage WHERE account_id = :account_id;

-- name: clear_import_work(account_id)!
-- Ends the work on an account's imports.
DELETE FROM import_work WHERE account_id = :account_id;

-- name: clear_import_put_back(account_id)!
-- Forgets what an account's undone imports have put back.
DELETE FROM import_put_back WHERE account_id = :account_id;

-- name: clear_import_reject(account_id)!
-- Removes the records of an account's imports that are not in its book.
DELETE FROM import_reject WHERE account_id = :account_id;

-- name: clear_import_outcome(account_id)!
-- Removes what became of an account's imported records.
DELETE FROM import_outcome WHERE account_id = :account_id;

-- name: clear_import_chunk(account_id)!
-- Removes an account's records that wait to be imported.
DELETE FROM import_chunk WHERE account_id = :account_id;

-- name: clear_import(account_id)!
-- Removes an account's imports.
DELETE FROM import WHERE account_id = :account_id;
