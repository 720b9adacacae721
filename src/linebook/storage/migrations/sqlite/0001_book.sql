-- The book: accounts, lines, users, credentials, contacts and all that hangs on a contact.
-- Directory tables (found before the account is known): account, line_address, credential, directory_version.
-- Every other table is an account table: its primary key and every unique key begin with account_id.

CREATE TABLE directory_version (
    -- One row; grows whenever something changes that processes keep in memory.
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO directory_version (only_row, version) VALUES (1, 1);

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    region TEXT NOT NULL,
    stop_scope TEXT NOT NULL,
    inwise_name_fields INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE line_address (
    address TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credential (
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    line_id INTEGER,
    user_id INTEGER,
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    sealed TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    PRIMARY KEY (kind, digest)
) STRICT;

CREATE UNIQUE INDEX credential_by_account ON credential (account_id, id);

CREATE TABLE account_clock (
    -- The clocks: `book` numbers contacts, `texting` numbers messages. A writing transaction takes its clock first.
    -- last_id is the last id counted out, row_count how many rows are present.
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    change_no INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_counter (
    -- The last id given out per kind of thing, and kept counts.
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE line (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    address TEXT NOT NULL,
    label TEXT NOT NULL,
    carrier TEXT NOT NULL,
    window_size INTEGER NOT NULL,
    rate_per_s INTEGER,
    is_toll_free INTEGER NOT NULL,
    is_multi_user INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE app_user (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX app_user_by_email ON app_user (account_id, email_key);

CREATE TABLE login (
    -- A name under which somebody may log in on a line: the prefix before the @, empty for the line's own password.
    account_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    user_id INTEGER,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, line_id, prefix)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    -- fields, tags and contact_groups hold JSON and are the truth; contact_tag and group_member are their indexes.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    phone TEXT,
    email TEXT NOT NULL,
    email_key TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    company TEXT NOT NULL,
    notes TEXT NOT NULL,
    avatar TEXT NOT NULL,
    external_id TEXT NOT NULL,
    assignee_id INTEGER,
    line_number TEXT NOT NULL,
    confirmation TEXT NOT NULL,
    verified INTEGER NOT NULL,
    fields TEXT NOT NULL,
    tags TEXT NOT NULL,
    contact_groups TEXT NOT NULL,
    rev INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    created_no INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    origin_door TEXT NOT NULL,
    origin_credential_id INTEGER
) STRICT;

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
    account_id INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    supersedes_no INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    door TEXT NOT NULL,
    credential_id INTEGER,
    old TEXT NOT NULL,
    PRIMARY KEY (account_id, change_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX history_of_deleted ON history (account_id, contact_id, change_no) WHERE action = 'delete';

CREATE TABLE field (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX field_by_label ON field (account_id, label_key);

CREATE TABLE tag (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    color TEXT NOT NULL,
    rev INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX tag_by_name ON tag (account_id, name_key);
CREATE INDEX tag_by_update ON tag (account_id, updated_ms);

CREATE TABLE contact_group (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    name TEXT NOT NULL,
    rev INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_group_by_update ON contact_group (account_id, updated_ms);

CREATE TABLE contact_tag (
    account_id INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, tag_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_member (
    account_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, group_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
    -- The current view of the ledger. line_id 0 stands for every line.
    account_id INTEGER NOT NULL,
    phone TEXT NOT NULL,
    line_id INTEGER NOT NULL,
    by_person INTEGER NOT NULL,
    by_team INTEGER NOT NULL,
    is_blocked INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, phone, line_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_entry (
    -- The ledger: append-only.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    phone TEXT NOT NULL,
    line_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    word TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    door TEXT NOT NULL,
    credential_id INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_entry_by_phone ON consent_entry (account_id, phone, id);

CREATE TABLE read_state (
    -- What a credential has not read yet of the book: JSON ranges of created_no or change_no.
    account_id INTEGER NOT NULL,
    credential_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    seen_no INTEGER NOT NULL,
    unread TEXT NOT NULL,
    PRIMARY KEY (account_id, credential_id, name)
) STRICT, WITHOUT ROWID;
