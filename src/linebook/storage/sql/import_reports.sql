-- name: insert_import_report(account_id, id, created, updated, skipped, failed, errors, at_ms, door, credential_id)!
-- Keeps what became of an import.
INSERT INTO import_report (account_id, id, created, updated, skipped, failed, errors, at_ms, door, credential_id)
VALUES (:account_id, :id, :created, :updated, :skipped, :failed, :errors, :at_ms, :door, :credential_id);

-- name: import_report(account_id, id)
-- What became of an import.
SELECT id, created, updated, skipped, failed, errors, at_ms, door, credential_id FROM import_report
WHERE account_id = :account_id AND id = :id;
