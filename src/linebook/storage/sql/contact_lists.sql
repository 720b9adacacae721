-- name: contacts_by_change_rising(account_id, first_no, last_no, offset, limit)
-- A page of contacts by rising change number.
SELECT c.* FROM (
    SELECT change_no FROM contact
    WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
    ORDER BY change_no LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.change_no = page.change_no
ORDER BY c.change_no;

-- name: contacts_by_change_falling(account_id, first_no, last_no, offset, limit)
-- A page of contacts by falling change number.
SELECT c.* FROM (
    SELECT change_no FROM contact
    WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
    ORDER BY change_no DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.change_no = page.change_no
ORDER BY c.change_no DESC;

-- name: contacts_by_creation_rising(account_id, first_no, last_no, offset, limit)
-- A page of contacts by rising creation number.
SELECT c.* FROM (
    SELECT created_no FROM contact
    WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
    ORDER BY created_no LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.created_no = page.created_no
ORDER BY c.created_no;

-- name: contacts_by_creation_falling(account_id, first_no, last_no, offset, limit)
-- A page of contacts by falling creation number.
SELECT c.* FROM (
    SELECT created_no FROM contact
    WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
    ORDER BY created_no DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.created_no = page.created_no
ORDER BY c.created_no DESC;

-- name: contacts_by_phone_rising(account_id, offset, limit)
-- A page of contacts by rising number.
SELECT c.* FROM (
    SELECT phone FROM contact
    WHERE account_id = :account_id AND phone >= ''
    ORDER BY phone LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.phone = page.phone
ORDER BY c.phone;

-- name: contacts_by_phone_falling(account_id, offset, limit)
-- A page of contacts by falling number.
SELECT c.* FROM (
    SELECT phone FROM contact
    WHERE account_id = :account_id AND phone >= ''
    ORDER BY phone DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.phone = page.phone
ORDER BY c.phone DESC;

-- name: contact_up_to_change(account_id, first_no, last_no)
-- Number and time of the contact with the highest change number in a range.
SELECT change_no, updated_ms FROM contact
WHERE account_id = :account_id AND change_no >= :first_no AND change_no <= :last_no
ORDER BY change_no DESC LIMIT 1;

-- name: contact_up_to_creation(account_id, first_no, last_no)
-- Number and time of the contact with the highest creation number in a range.
SELECT created_no, created_ms FROM contact
WHERE account_id = :account_id AND created_no >= :first_no AND created_no <= :last_no
ORDER BY created_no DESC LIMIT 1;

-- name: contacts_of_group(account_id, group_id, after_id, limit)
-- A page of a group's contacts by rising id.
SELECT c.* FROM group_member AS m CROSS JOIN contact AS c
WHERE m.account_id = :account_id AND m.group_id = :group_id AND m.contact_id > :after_id
    AND c.account_id = :account_id AND c.id = m.contact_id
ORDER BY m.contact_id LIMIT :limit;

-- name: contacts_of_tag(account_id, tag_id, after_id, limit)
-- A page of the contacts with a tag by rising id.
SELECT c.* FROM contact_tag AS m CROSS JOIN contact AS c
WHERE m.account_id = :account_id AND m.tag_id = :tag_id AND m.contact_id > :after_id
    AND c.account_id = :account_id AND c.id = m.contact_id
ORDER BY m.contact_id LIMIT :limit;

-- name: contacts_by_external_id(account_id, external_id, limit)
-- The contacts with an external id, by rising id.
SELECT * FROM contact
WHERE account_id = :account_id AND external_id = :external_id AND external_id <> ''
ORDER BY id LIMIT :limit;

-- name: contacts_of_group_falling(account_id, group_id, offset, limit)
-- A page of a group's contacts by falling id.
SELECT c.* FROM (
    SELECT contact_id FROM group_member
    WHERE account_id = :account_id AND group_id = :group_id
    ORDER BY contact_id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.id = page.contact_id
ORDER BY c.id DESC;

-- name: contacts_by_external_id_falling(account_id, external_id, offset, limit)
-- A page of the contacts with an external id, by falling id.
SELECT c.* FROM (
    SELECT id FROM contact
    WHERE account_id = :account_id AND external_id = :external_id AND external_id <> ''
    ORDER BY id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.id = page.id
ORDER BY c.id DESC;

-- name: contacts_by_external_id_in_group(account_id, external_id, group_id, offset, limit)
-- A page of the contacts of a group with an external id, by falling id.
SELECT c.* FROM (
    SELECT e.id FROM contact AS e CROSS JOIN group_member AS m
    WHERE e.account_id = :account_id AND e.external_id = :external_id AND e.external_id <> ''
        AND m.account_id = :account_id AND m.group_id = :group_id AND m.contact_id = e.id
    ORDER BY e.id DESC LIMIT :limit OFFSET :offset
) AS page CROSS JOIN contact AS c
WHERE c.account_id = :account_id AND c.id = page.id
ORDER BY c.id DESC;
