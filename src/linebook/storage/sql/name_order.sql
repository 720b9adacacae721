-- name: name_follower(account_id)
-- How far the name order has followed the account's changes; no row when it was never asked for.
SELECT change_no, started_no FROM name_follower WHERE account_id = :account_id;

-- name: save_name_follower(account_id, change_no, started_no)!
-- Records how far the name order has followed.
INSERT INTO name_follower (account_id, change_no, started_no) VALUES (:account_id, :change_no, :started_no)
ON CONFLICT (account_id) DO UPDATE SET change_no = excluded.change_no;

-- name: names_by_change(account_id, first_no, last_no, limit)
-- The names of contacts that were last changed in a range of change numbers, by rising number.
SELECT id, change_no, first_name, last_name FROM contact
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
ORDER BY change_no LIMIT :limit;

-- name: contacts_deleted_between(account_id, first_no, last_no)
-- The ids of contacts that were deleted in a range of change numbers; reads no more history than there are numbers.
SELECT contact_id FROM history
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no AND (action || '') = 'delete'
ORDER BY change_no;

-- name: contacts_by_first_name_rising(account_id, offset, limit)
-- A page of contacts by first name, then last name; a row of nulls for each that was deleted since it was followed.
SELECT c.* FROM (
    SELECT contact_id, first_key, last_key FROM contact_name
    WHERE account_id = :account_id AND first_key >= ''
    ORDER BY first_key, last_key, contact_id LIMIT :limit OFFSET :offset
) AS page LEFT JOIN contact AS c ON c.account_id = :account_id AND c.id = page.contact_id
ORDER BY page.first_key, page.last_key, page.contact_id;

-- name: contacts_by_first_name_falling(account_id, offset, limit)
-- The same page from the other end.
SELECT c.* FROM (
    SELECT contact_id, first_key, last_key FROM contact_name
    WHERE account_id = :account_id AND first_key >= ''
    ORDER BY first_key DESC, last_key DESC, contact_id DESC LIMIT :limit OFFSET :offset
) AS page LEFT JOIN contact AS c ON c.account_id = :account_id AND c.id = page.contact_id
ORDER BY page.first_key DESC, page.last_key DESC, page.contact_id DESC;

-- name: contacts_by_last_name_rising(account_id, offset, limit)
-- A page of contacts by last name, then first name; a row of nulls for each that was deleted since it was followed.
SELECT c.* FROM (
    SELECT contact_id, first_key, last_key FROM contact_name
    WHERE account_id = :account_id AND last_key >= ''
    ORDER BY last_key, first_key, contact_id LIMIT :limit OFFSET :offset
) AS page LEFT JOIN contact AS c ON c.account_id = :account_id AND c.id = page.contact_id
ORDER BY page.last_key, page.first_key, page.contact_id;

-- name: contacts_by_last_name_falling(account_id, offset, limit)
-- The same page from the other end.
SELECT c.* FROM (
    SELECT contact_id, first_key, last_key FROM contact_name
    WHERE account_id = :account_id AND last_key >= ''
    ORDER BY last_key DESC, first_key DESC, contact_id DESC LIMIT :limit OFFSET :offset
) AS page LEFT JOIN contact AS c ON c.account_id = :account_id AND c.id = page.contact_id
ORDER BY page.last_key DESC, page.first_key DESC, page.contact_id DESC;

-- name: names_by_creation(account_id, first_no, last_no, limit)
-- The names and numbers of contacts created in a range of numbers, by rising number.
SELECT id, created_no, first_name, last_name, phone FROM contact
WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
ORDER BY created_no LIMIT :limit;
