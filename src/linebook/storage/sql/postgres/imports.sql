-- name: held_import(account_id, id)
-- One import that nobody else changes before the commit.
SELECT * FROM import WHERE account_id = :account_id AND id = :id FOR UPDATE;

-- name: insert_import_rejects(rows)!
-- Keeps records that are not in the book.
INSERT INTO import_reject (
    account_id, import_id, number, reason, cells
)
SELECT
    r.account_id, r.import_id, r.number, r.reason, r.cells
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, import_id bigint, number bigint, reason text, cells text
);

-- name: save_put_back(rows)!
-- Keeps which contacts an undo has put back.
INSERT INTO import_put_back (
    account_id, import_id, contact_id, change_no, equals_no
)
SELECT
    r.account_id, r.import_id, r.contact_id, r.change_no, r.equals_no
FROM json_to_recordset(:rows::json) AS r (
    account_id bigint, import_id bigint, contact_id bigint, change_no bigint, equals_no bigint
)
ON CONFLICT (account_id, import_id, contact_id) DO UPDATE SET
    change_no = excluded.change_no, equals_no = excluded.equals_no;

-- name: put_back(account_id, import_id, keys)
-- What an undo has put back of these contacts.
SELECT p.contact_id, p.change_no, p.equals_no FROM import_put_back AS p
WHERE p.account_id = :account_id AND p.import_id = :import_id AND p.contact_id = ANY(:keys::bigint[]);

-- name: history_by_change(account_id, keys)
-- The history rows of these changes, driven by the keys.
SELECT h.change_no, h.supersedes_no, h.contact_id, h.old FROM history AS h
WHERE h.account_id = :account_id AND h.change_no = ANY(:keys::bigint[]);

-- name: plain_contacts_by_phone(account_id, keys)
-- What files say of the contacts with these numbers, driven by the keys.
SELECT
    c.phone, c.id, c.email, c.first_name, c.last_name, c.display_name, c.company, c.notes, c.avatar, c.external_id,
    c.line_number
FROM contact AS c
WHERE c.account_id = :account_id AND c.phone = ANY(:keys::text[]);

-- name: owners_of_emails(account_id, keys)
-- Which of these e-mail keys are claimed, and by whom, driven by the keys.
SELECT c.email_key, c.id FROM contact AS c
WHERE c.account_id = :account_id AND c.email_key = ANY(:keys::text[]);

-- name: somebody_waits()
-- Whether somebody waits for this transaction to end.
SELECT EXISTS (
    SELECT 1 FROM pg_locks AS l
    WHERE NOT l.granted AND l.locktype = 'transactionid' AND l.transactionid = pg_current_xact_id()::xid
);
