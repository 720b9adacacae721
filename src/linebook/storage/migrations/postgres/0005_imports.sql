-- Imports: staged files, what became of every record, who works on one. Directory table: import_work.

CREATE TABLE import (
    -- A file of contacts on its way in. plan: JSON, the header, what each column means, the options. good: records
    -- that wait in chunks; applied: how many of those have an outcome, from the first on. failed: records that cannot
    -- be read or were refused; each is in import_reject. repeats: JSON, [record number, earlier record number] of
    -- records with the key of an earlier one, the first of them where there are many. undo_left: how many of the
    -- applied records were not yet looked at by an undo, which goes from the last to the first.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    good bigint NOT NULL,
    applied bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    skipped bigint NOT NULL,
    failed bigint NOT NULL,
    repeated bigint NOT NULL,
    repeats text COLLATE "C" NOT NULL,
    undo_left bigint NOT NULL,
    undone bigint NOT NULL,
    kept bigint NOT NULL,
    door text COLLATE "C" NOT NULL,
    credential_id bigint,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE import_chunk (
    -- Records that wait, from first_no on, counted from 0. Gone once all of them have an outcome.
    account_id bigint NOT NULL,
    import_id bigint NOT NULL,
    first_no bigint NOT NULL,
    records text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, import_id, first_no)
);

CREATE TABLE import_outcome (
    -- What became of the records that one transaction applied, from first_no on: JSON.
    account_id bigint NOT NULL,
    import_id bigint NOT NULL,
    first_no bigint NOT NULL,
    outcomes text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, import_id, first_no)
);

CREATE TABLE import_reject (
    -- A record that is not in the book, by its number in the file: why, and its cells as they were, JSON.
    account_id bigint NOT NULL,
    import_id bigint NOT NULL,
    number bigint NOT NULL,
    reason text COLLATE "C" NOT NULL,
    cells text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, import_id, number)
);

CREATE TABLE import_put_back (
    -- Contacts that an undo has put back: the change it made, and the earlier change after which the contact was equal.
    account_id bigint NOT NULL,
    import_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    change_no bigint NOT NULL,
    equals_no bigint NOT NULL,
    PRIMARY KEY (account_id, import_id, contact_id)
);

CREATE TABLE import_work (
    -- Imports that are being applied or undone, and who does it until when; found before the account is known. One
    -- whose file is being read has no owner, and a time at which it is looked at: nobody may have read on.
    account_id bigint NOT NULL,
    import_id bigint NOT NULL,
    owner text COLLATE "C" NOT NULL,
    until_ms bigint NOT NULL,
    PRIMARY KEY (account_id, import_id)
);

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
SELECT r.account_id, r.id, (e ->> 0)::bigint, e ->> 1, '[]'
FROM import_report AS r CROSS JOIN LATERAL json_array_elements(r.errors::json) AS e;

DROP TABLE import_report;
