-- Imports: staged files, what became of every record, who works on one. Directory table: import_work.

CREATE TABLE import (
    -- A file of contacts on its way in. plan: JSON, the header, what each column means, the options. good: records
    -- that wait in chunks; applied: how many of those have an outcome, from the first on. failed: records that cannot
    -- be read or were refused; each is in import_reject. repeats: JSON, [record number, earlier record number] of
    -- records with the key of an earlier one, the first of them where there are many. undo_left: how many of the
    -- applied records were not yet looked at by an undo, which goes from the last to the first.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT NOT NULL,
    good INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    repeats TEXT NOT NULL,
    undo_left INTEGER NOT NULL,
    undone INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    door TEXT NOT NULL,
    credential_id INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_chunk (
    -- Records that wait, from first_no on, counted from 0. Gone once all of them have an outcome.
    account_id INTEGER NOT NULL,
    import_id INTEGER NOT NULL,
    first_no INTEGER NOT NULL,
    records TEXT NOT NULL,
    PRIMARY KEY (account_id, import_id, first_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_outcome (
    -- What became of the records that one transaction applied, from first_no on: JSON.
    account_id INTEGER NOT NULL,
    import_id INTEGER NOT NULL,
    first_no INTEGER NOT NULL,
    outcomes TEXT NOT NULL,
    PRIMARY KEY (account_id, import_id, first_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_reject (
    -- A record that is not in the book, by its number in the file: why, and its cells as they were, JSON.
    account_id INTEGER NOT NULL,
    import_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    reason TEXT NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (account_id, import_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_put_back (
    -- Contacts that an undo has put back: the change it made, and the earlier change after which the contact was equal.
    account_id INTEGER NOT NULL,
    import_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    equals_no INTEGER NOT NULL,
    PRIMARY KEY (account_id, import_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_work (
    -- Imports that are being applied or undone, and who does it until when; found before the account is known. One
    -- whose file is being read has no owner, and a time at which it is looked at: nobody may have read on.
    account_id INTEGER NOT NULL,
    import_id INTEGER NOT NULL,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, import_id)
) STRICT, WITHOUT ROWID;

-- What was kept of imports so far: counts, and why records failed.
INSERT INTO import (
    account_id, id, name, state, plan, good, applied, created, updated, unchanged, skipped, failed, repeated, repeats,
    undo_left, undone, kept, door, credential_id, created_ms, updated_ms
)
SELECT
    account_id, id, 'batchInsert', 'done', '{"header":[],"columns":[],"options":{"region":"US"}}',
    created + updated + skipped, created + updated + skipped, created, updated, 0, skipped, failed, 0, '[]', 0, 0, 0,
    door, credential_id, at_ms, at_ms
FROM import_report;

INSERT INTO import_reject (account_id, import_id, number, reason, cells)
SELECT r.account_id, r.id, json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), '[]'
FROM import_report AS r CROSS JOIN json_each(r.errors) AS e WHERE true;

DROP TABLE import_report;
