-- What ranges of ids miss or have beyond the rule, so that a page in the middle of a list is found without walking
-- there. An account table.

CREATE TABLE contact_bucket (
    -- Bucket n holds the ids from n * 16384 + 1 on. Every id that was counted out is expected to be there, no chosen one
    -- is: surplus says how many contacts more (or, negative, fewer) there are. A row exists where that was ever not 0.
    account_id INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    surplus INTEGER NOT NULL,
    PRIMARY KEY (account_id, bucket)
) STRICT, WITHOUT ROWID;

-- Ids up to 2^30 are chosen (buckets below 65536).
INSERT INTO contact_bucket (account_id, bucket, surplus)
SELECT account_id, (id - 1) / 16384, count(*) FROM contact WHERE id <= 1073741824 GROUP BY account_id, (id - 1) / 16384;

-- Counted ids that are missing: the gap before every contact that does not follow on the one before it, bucket by bucket.
WITH RECURSIVE counted AS (
    SELECT account_id, id FROM contact WHERE id > 1073741824
    UNION ALL
    SELECT account_id, last_id + 1 FROM account_clock WHERE name = 'book' AND last_id >= 1073741824
), gap AS (
    SELECT account_id, previous_id + 1 AS first_id, id - 1 AS last_id FROM (
        SELECT account_id, id, lag(id, 1, 1073741824) OVER (PARTITION BY account_id ORDER BY id) AS previous_id
        FROM counted
    ) AS followed
    WHERE id > previous_id + 1
), piece AS (
    SELECT account_id, first_id, min(last_id, ((first_id - 1) / 16384 + 1) * 16384) AS end_id, last_id FROM gap
    UNION ALL
    SELECT account_id, end_id + 1, min(last_id, end_id + 16384), last_id FROM piece WHERE end_id < last_id
)
INSERT INTO contact_bucket (account_id, bucket, surplus)
SELECT account_id, (first_id - 1) / 16384, -sum(end_id - first_id + 1) FROM piece
GROUP BY account_id, (first_id - 1) / 16384;
