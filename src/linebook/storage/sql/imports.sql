-- name: insert_import(account_id, id, name, state, plan, door, credential_id, created_ms)!
-- Begins an import, without a record yet.
INSERT INTO import (
    account_id, id, name, state, plan, good, applied, created, updated, unchanged, skipped, failed, repeated, repeats,
    undo_left, undone, kept, door, credential_id, created_ms, updated_ms
) VALUES (
    :account_id, :id, :name, :state, :plan, 0, 0, 0, 0, 0, 0, 0, 0, '[]', 0, 0, 0, :door, :credential_id, :created_ms,
    :created_ms
);

-- name: import_by_id(account_id, id)
-- One import.
SELECT * FROM import WHERE account_id = :account_id AND id = :id;

-- name: imports_before(account_id, before_id, limit)
-- A page of imports, newest first.
SELECT * FROM import WHERE account_id = :account_id AND id < :before_id ORDER BY id DESC LIMIT :limit;

-- name: save_import(account_id, id, state, good, applied, created, updated, unchanged, skipped, failed, repeated, repeats, undo_left, undone, kept, updated_ms)!
-- Writes how far an import is.
UPDATE import SET
    state = :state, good = :good, applied = :applied, created = :created, updated = :updated, unchanged = :unchanged,
    skipped = :skipped, failed = :failed, repeated = :repeated, repeats = :repeats, undo_left = :undo_left,
    undone = :undone, kept = :kept, updated_ms = :updated_ms
WHERE account_id = :account_id AND id = :id;

-- name: insert_import_chunk(account_id, import_id, first_no, records)!
-- Stages records.
INSERT INTO import_chunk (account_id, import_id, first_no, records)
VALUES (:account_id, :import_id, :first_no, :records);

-- name: import_chunk_at(account_id, import_id, at_no)
-- The chunk that holds a record.
SELECT first_no, records FROM import_chunk
WHERE account_id = :account_id AND import_id = :import_id AND first_no <= :at_no ORDER BY first_no DESC LIMIT 1;

-- name: delete_import_chunk(account_id, import_id, first_no)!
-- Removes a chunk whose records all have an outcome.
DELETE FROM import_chunk WHERE account_id = :account_id AND import_id = :import_id AND first_no = :first_no;

-- name: delete_import_chunks(account_id, import_id)!
-- Removes what waits of an import that will not go on.
DELETE FROM import_chunk WHERE account_id = :account_id AND import_id = :import_id;

-- name: insert_import_outcome(account_id, import_id, first_no, outcomes)!
-- Keeps what became of the records of one transaction.
INSERT INTO import_outcome (account_id, import_id, first_no, outcomes)
VALUES (:account_id, :import_id, :first_no, :outcomes);

-- name: import_outcome_before(account_id, import_id, before_no)
-- The outcomes of the transaction that applied the record in front of a number.
SELECT first_no, outcomes FROM import_outcome
WHERE account_id = :account_id AND import_id = :import_id AND first_no < :before_no ORDER BY first_no DESC LIMIT 1;

-- name: import_outcomes_from(account_id, import_id, first_no, limit)
-- Outcomes in the order of the records.
SELECT first_no, outcomes FROM import_outcome
WHERE account_id = :account_id AND import_id = :import_id AND first_no >= :first_no ORDER BY first_no LIMIT :limit;

-- name: import_rejects_after(account_id, import_id, after_number, limit)
-- A page of the records that are not in the book, by their numbers.
SELECT number, reason, cells FROM import_reject
WHERE account_id = :account_id AND import_id = :import_id AND number > :after_number ORDER BY number LIMIT :limit;

-- name: save_import_work(account_id, import_id, owner, until_ms)!
-- Gives an import to whoever works on it.
INSERT INTO import_work (account_id, import_id, owner, until_ms)
VALUES (:account_id, :import_id, :owner, :until_ms)
ON CONFLICT (account_id, import_id) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms;

-- name: import_work(account_id, import_id)
-- Who works on an import, and until when.
SELECT owner, until_ms FROM import_work WHERE account_id = :account_id AND import_id = :import_id;

-- name: delete_import_work(account_id, import_id)!
-- Ends the work on an import.
DELETE FROM import_work WHERE account_id = :account_id AND import_id = :import_id;

-- name: free_import_work(owner, now_ms, limit)
-- Imports that wait for somebody to work on them, or are this owner's, of all accounts: a short list.
SELECT account_id, import_id FROM import_work WHERE owner = :owner OR until_ms < :now_ms
ORDER BY account_id, import_id LIMIT :limit;
