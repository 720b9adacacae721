-- The book: accounts, lines, users, credentials, contacts and all that hangs on a contact.
-- Directory tables (found before the account is known): account, line_address, credential, directory_version.
-- Every other table is an account table: its primary key and every unique key begin with account_id.

CREATE TABLE directory_version (
    -- One row; grows whenever something changes that processes keep in memory.
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    version bigint NOT NULL
);

INSERT INTO directory_version (only_row, version) VALUES (1, 1);

CREATE TABLE account (
    id bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    region text COLLATE "C" NOT NULL,
    stop_scope text COLLATE "C" NOT NULL,
    inwise_name_fields boolean NOT NULL,
    created_ms bigint NOT NULL
);

CREATE TABLE line_address (
    address text COLLATE "C" PRIMARY KEY,
    account_id bigint NOT NULL,
    line_id bigint NOT NULL
);

CREATE TABLE credential (
    kind text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    line_id bigint,
    user_id bigint,
    role text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    sealed text COLLATE "C",
    created_ms bigint NOT NULL,
    expires_ms bigint,
    revoked_ms bigint,
    PRIMARY KEY (kind, digest)
);

CREATE UNIQUE INDEX credential_by_account ON credential (account_id, id);

CREATE TABLE account_clock (
    -- The clocks: `book` numbers contacts, `texting` numbers messages. A writing transaction takes its clock first.
    -- last_id is the last id counted out, row_count how many rows are present.
    account_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    change_no bigint NOT NULL,
    last_ms bigint NOT NULL,
    last_id bigint NOT NULL,
    row_count bigint NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE account_counter (
    -- The last id given out per kind of thing, and kept counts.
    account_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE line (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    address text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    window_size bigint NOT NULL,
    rate_per_s bigint,
    is_toll_free boolean NOT NULL,
    is_multi_user boolean NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE app_user (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    email text COLLATE "C" NOT NULL,
    email_key text COLLATE "C",
    first_name text COLLATE "C" NOT NULL,
    last_name text COLLATE "C" NOT NULL,
    phone text COLLATE "C",
    role text COLLATE "C" NOT NULL,
    is_active boolean NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX app_user_by_email ON app_user (account_id, email_key);

CREATE TABLE login (
    -- A name under which somebody may log in on a line: the prefix before the @, empty for the line's own password.
    account_id bigint NOT NULL,
    line_id bigint NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    user_id bigint,
    role text COLLATE "C" NOT NULL,
    password_hash text COLLATE "C" NOT NULL,
    created_ms bigint NOT NULL,
    PRIMARY KEY (account_id, line_id, prefix)
);

CREATE TABLE contact (
    -- fields, tags and contact_groups hold JSON and are the truth; contact_tag and group_member are their indexes.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    uuid text COLLATE "C" NOT NULL,
    phone text COLLATE "C",
    email text COLLATE "C" NOT NULL,
    email_key text COLLATE "C",
    first_name text COLLATE "C" NOT NULL,
    last_name text COLLATE "C" NOT NULL,
    display_name text COLLATE "C" NOT NULL,
    company text COLLATE "C" NOT NULL,
    notes text COLLATE "C" NOT NULL,
    avatar text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    assignee_id bigint,
    line_number text COLLATE "C" NOT NULL,
    confirmation text COLLATE "C" NOT NULL,
    verified boolean NOT NULL,
    fields text COLLATE "C" NOT NULL,
    tags text COLLATE "C" NOT NULL,
    contact_groups text COLLATE "C" NOT NULL,
    rev bigint NOT NULL,
    change_no bigint NOT NULL,
    created_no bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    origin_door text COLLATE "C" NOT NULL,
    origin_credential_id bigint
);

CREATE UNIQUE INDEX contact_by_id ON contact (account_id, id);
CREATE UNIQUE INDEX contact_by_uuid ON contact (account_id, uuid);
CREATE UNIQUE INDEX contact_by_phone ON contact (account_id, phone);
CREATE UNIQUE INDEX contact_by_email ON contact (account_id, email_key);
CREATE UNIQUE INDEX contact_by_change ON contact (account_id, change_no);
CREATE UNIQUE INDEX contact_by_creation ON contact (account_id, created_no);
CREATE INDEX contact_by_external_id ON contact (account_id, external_id, id) WHERE external_id <> '';

CREATE TABLE history (
    -- One row per update or delete of a contact, keyed by its own change number, with the number of the change that it
    -- superseded and what was there before. Appended at the end, never in the middle.
    account_id bigint NOT NULL,
    change_no bigint NOT NULL,
    supersedes_no bigint NOT NULL,
    contact_id bigint NOT NULL,
    action text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    door text COLLATE "C" NOT NULL,
    credential_id bigint,
    old text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, change_no)
);

CREATE INDEX history_of_deleted ON history (account_id, contact_id, change_no) WHERE action = 'delete';

CREATE TABLE field (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    label text COLLATE "C" NOT NULL,
    label_key text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    created_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX field_by_label ON field (account_id, label_key);

CREATE TABLE tag (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    uuid text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    color text COLLATE "C" NOT NULL,
    rev bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX tag_by_name ON tag (account_id, name_key);
CREATE INDEX tag_by_update ON tag (account_id, updated_ms);

CREATE TABLE contact_group (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    uuid text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    rev bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX contact_group_by_update ON contact_group (account_id, updated_ms);

CREATE TABLE contact_tag (
    account_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    PRIMARY KEY (account_id, tag_id, contact_id)
);

CREATE TABLE group_member (
    account_id bigint NOT NULL,
    group_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    PRIMARY KEY (account_id, group_id, contact_id)
);

CREATE TABLE consent (
    -- The current view of the ledger. line_id 0 stands for every line.
    account_id bigint NOT NULL,
    phone text COLLATE "C" NOT NULL,
    line_id bigint NOT NULL,
    by_person boolean NOT NULL,
    by_team boolean NOT NULL,
    is_blocked boolean NOT NULL,
    changed_ms bigint NOT NULL,
    PRIMARY KEY (account_id, phone, line_id)
);

CREATE TABLE consent_entry (
    -- The ledger: append-only.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    phone text COLLATE "C" NOT NULL,
    line_id bigint NOT NULL,
    action text COLLATE "C" NOT NULL,
    word text COLLATE "C" NOT NULL,
    evidence text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    door text COLLATE "C" NOT NULL,
    credential_id bigint,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX consent_entry_by_phone ON consent_entry (account_id, phone, id);

CREATE TABLE read_state (
    -- What a credential has not read yet of the book: JSON ranges of created_no or change_no.
    account_id bigint NOT NULL,
    credential_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    seen_no bigint NOT NULL,
    unread text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, credential_id, name)
);
