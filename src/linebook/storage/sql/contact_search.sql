-- The lists of contact_lists.sql for who wants only some of them. There is no index for it: each of these is a full walk
-- of an account's contacts, from one end until the page is full. Patterns come escaped by `!` and with plain letters in
-- lower case; all three are null where no text is looked for, the last two where the first one says it all.

-- name: contacts_wanted_by_change_rising(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3, offset, limit)
-- A page of wanted contacts by rising change number: a full walk.
SELECT * FROM contact
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    )
ORDER BY change_no LIMIT :limit OFFSET :offset;

-- name: contacts_wanted_by_change_falling(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3, offset, limit)
-- A page of wanted contacts by falling change number: a full walk.
SELECT * FROM contact
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    )
ORDER BY change_no DESC LIMIT :limit OFFSET :offset;

-- name: count_contacts_wanted_by_change(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3)
-- How many wanted contacts there are in a range of change numbers: a full walk.
SELECT count(*) FROM contact
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    );

-- name: contacts_wanted_by_creation_rising(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3, offset, limit)
-- A page of wanted contacts by rising creation number: a full walk.
SELECT * FROM contact
WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    )
ORDER BY created_no LIMIT :limit OFFSET :offset;

-- name: contacts_wanted_by_creation_falling(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3, offset, limit)
-- A page of wanted contacts by falling creation number: a full walk.
SELECT * FROM contact
WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    )
ORDER BY created_no DESC LIMIT :limit OFFSET :offset;

-- name: count_contacts_wanted_by_creation(account_id, first_no, last_no, assignee_id, pattern_1, pattern_2, pattern_3)
-- How many wanted contacts there are in a range of creation numbers: a full walk.
SELECT count(*) FROM contact
WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
    AND (CAST(:assignee_id AS bigint) IS NULL OR assignee_id = CAST(:assignee_id AS bigint))
    AND (
        CAST(:pattern_1 AS text) IS NULL
        OR lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
            LIKE CAST(:pattern_1 AS text) ESCAPE '!'
        OR (CAST(:pattern_2 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_2 AS text) ESCAPE '!')
        OR (CAST(:pattern_3 AS text) IS NOT NULL
            AND lower(first_name || ' ' || last_name || ' ; ' || display_name || ' ; ' || email || ' ; ' || COALESCE(phone, ''))
                LIKE CAST(:pattern_3 AS text) ESCAPE '!')
    );
