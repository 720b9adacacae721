-- name: held_import(account_id, id)
-- One import that nobody else changes before the commit (the engine's write lock holds it).
SELECT * FROM import WHERE account_id = :account_id AND id = :id;

-- name: insert_import_rejects(account_id, import_id, number, reason, cells)!
-- Keeps records that are not in the book.
INSERT INTO import_reject (
    account_id, import_id, number, reason, cells
) VALUES (
    :account_id, :import_id, :number, :reason, :cells
);

-- name: save_put_back(account_id, import_id, contact_id, change_no, equals_no)!
-- Keeps which contacts an undo has put back.
INSERT INTO import_put_back (
    account_id, import_id, contact_id, change_no, equals_no
) VALUES (
    :account_id, :import_id, :contact_id, :change_no, :equals_no
)
ON CONFLICT (account_id, import_id, contact_id) DO UPDATE SET
    change_no = excluded.change_no, equals_no = excluded.equals_no;

-- name: put_back(account_id, import_id, keys)
-- What an undo has put back of these contacts.
SELECT p.contact_id, p.change_no, p.equals_no FROM json_each(:keys) AS k CROSS JOIN import_put_back AS p
WHERE p.account_id = :account_id AND p.import_id = :import_id AND p.contact_id = k.value;

-- name: history_by_change(account_id, keys)
-- The history rows of these changes, driven by the keys.
SELECT h.change_no, h.supersedes_no, h.contact_id, h.old FROM json_each(:keys) AS k CROSS JOIN history AS h
WHERE h.account_id = :account_id AND h.change_no = k.value;

-- name: plain_contacts_by_phone(account_id, keys)
-- What files say of the contacts with these numbers, driven by the keys.
SELECT
    c.phone, c.id, c.email, c.first_name, c.last_name, c.display_name, c.company, c.notes, c.avatar, c.external_id,
    c.line_number
FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.phone = k.value;

-- name: owners_of_emails(account_id, keys)
-- Which of these e-mail keys are claimed, and by whom, driven by the keys.
SELECT c.email_key, c.id FROM json_each(:keys) AS k CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.email_key = k.value;

-- name: somebody_waits()
-- Whether somebody waits for this transaction to end: of a file nobody can tell.
SELECT 0;
