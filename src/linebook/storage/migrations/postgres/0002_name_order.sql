-- Contacts in the order of their names: a side table, kept up by whoever asks for such a list and never by a write.
-- Account tables.

CREATE TABLE contact_name (
    -- A contact's names in the form they are ordered by; one row per contact that the follower has read.
    account_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    first_key text COLLATE "C" NOT NULL,
    last_key text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, contact_id)
);

CREATE INDEX contact_name_by_first ON contact_name (account_id, first_key, last_key, contact_id);
CREATE INDEX contact_name_by_last ON contact_name (account_id, last_key, first_key, contact_id);

CREATE TABLE name_follower (
    -- How far contact_name has followed the account's change numbers. A row exists once the order was asked for;
    -- started_no is the change number at which that was.
    account_id bigint NOT NULL,
    change_no bigint NOT NULL,
    started_no bigint NOT NULL,
    PRIMARY KEY (account_id)
);
