-- Texting: messages, conversations, what waits for a carrier, what carriers said, events and who is told of them.
-- Directory tables: carrier_ref and lease. All others are account tables.
--
-- The `texting` clock orders all of it: whoever writes messages, receipts or events takes it first (after the book's
-- clock, where both are taken), and numbers them from its change_no, so that one account's numbers have no gap and rise
-- in the order of commits. Message ids come from the same clock: (ms since 2010-11-04T01:42:54.657Z) << 22, the account
-- and a sequence below, always above the last one.
--
-- A message is sent by whoever holds the lease of its line: it claims outbox rows (owner), hands them to the carrier,
-- and takes a row away when its result is recorded. A row whose owner no longer holds the lease is in doubt.
-- States of a message are pairs (status_code, message_status) that only move to a higher rank.

CREATE TABLE carrier_ref (
    -- Which message an id of a carrier's means. Directory: a receipt may come in before its account is known. One part
    -- may have several forms of its id (hexadecimal, decimal); the form that was given is exact and wins over others.
    carrier TEXT NOT NULL,
    ref TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    part_no INTEGER NOT NULL,
    is_exact INTEGER NOT NULL,
    PRIMARY KEY (carrier, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    -- Who works for a thing: `line` (its outbox), `webhook` (a subscription's deliveries). Directory: workers look here
    -- for work. A row exists as long as its thing; it is free when until_ms has passed.
    kind TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    thing_id INTEGER NOT NULL,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, account_id, thing_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX lease_by_end ON lease (kind, until_ms);

INSERT INTO lease (kind, account_id, thing_id, owner, until_ms)
SELECT 'line', account_id, line_id, '', 0 FROM line_address;

-- What a line does with messages of which it is not known whether they left: `resend` or `fail`.
ALTER TABLE line ADD COLUMN on_doubt TEXT NOT NULL DEFAULT 'resend';

CREATE TABLE line_setting (
    -- What callers set for a line or one of its users (user_id 0: the line itself), such as a signature.
    account_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, line_id, user_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE stop_word (
    -- The words that mean something as a whole text, where an account has words of its own: action stop, start or help.
    account_id INTEGER NOT NULL,
    word TEXT NOT NULL,
    action TEXT NOT NULL,
    PRIMARY KEY (account_id, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation_key (
    -- The 32-bit number of a set of addresses, the same on every line. digest: of the sorted addresses.
    account_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    PRIMARY KEY (account_id, digest)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX conversation_key_by_fingerprint ON conversation_key (account_id, fingerprint);

CREATE TABLE conversation (
    -- The thread with a set of people on a line. addresses: JSON, sorted. last_message_id: the newest that is not
    -- deleted, 0 for none; contact_id: of whom it is, 0 for nobody. deleted_ms: hidden since then; a new message shows
    -- it again.
    account_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    id INTEGER NOT NULL,
    addresses TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    unread_count INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    assignee_id INTEGER,
    last_message_id INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    deleted_ms INTEGER,
    PRIMARY KEY (account_id, line_id, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX conversation_by_id ON conversation (account_id, id);
CREATE INDEX conversation_by_line ON conversation (account_id, line_id, last_message_id) WHERE deleted_ms IS NULL;

CREATE TABLE message (
    -- One text to or from one number. direction: in, out. no: its number on the clock when it was made. due_ms: when it
    -- is to be sent, null for at once. parent_id: what the messages of one request have in common, 0 for none.
    -- carrier_words: what the carrier said last, as it said it. error: the named reason of a failure, empty otherwise.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    direction TEXT NOT NULL,
    phone TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    part_count INTEGER NOT NULL,
    attachment_count INTEGER NOT NULL,
    is_mms INTEGER NOT NULL,
    status_code INTEGER NOT NULL,
    message_status INTEGER NOT NULL,
    is_read INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    due_ms INTEGER,
    sent_ms INTEGER,
    delivered_ms INTEGER,
    read_ms INTEGER,
    deleted_ms INTEGER,
    parent_id INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    carrier_words TEXT NOT NULL,
    error TEXT NOT NULL,
    from_name TEXT NOT NULL,
    advertisement TEXT NOT NULL,
    external_id TEXT NOT NULL,
    user_id INTEGER,
    door TEXT NOT NULL,
    credential_id INTEGER
) STRICT;

CREATE UNIQUE INDEX message_by_id ON message (account_id, id);
CREATE INDEX message_by_line ON message (account_id, line_id, id) WHERE deleted_ms IS NULL;
CREATE INDEX message_by_conversation ON message (account_id, line_id, fingerprint, id) WHERE deleted_ms IS NULL;
CREATE INDEX message_unread ON message (account_id, line_id, fingerprint, id) WHERE is_read = FALSE;
CREATE INDEX message_by_external_id ON message (account_id, external_id, id) WHERE external_id <> '';

CREATE TABLE message_part (
    -- One part of a message that went to a carrier: the id that the carrier gave it, as given, and what became of it.
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    part_no INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    ref TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    message_status INTEGER NOT NULL,
    carrier_words TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, message_id, part_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
    -- A kept file by its storage key. digest: SHA-256 of its bytes, by which it lies in the folder of files.
    account_id INTEGER NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    door TEXT NOT NULL,
    credential_id INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_by_digest ON attachment (account_id, digest);
CREATE INDEX attachment_by_time ON attachment (account_id, created_ms);

CREATE TABLE message_attachment (
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    attachment_id TEXT NOT NULL,
    PRIMARY KEY (account_id, message_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_attachment_by_file ON message_attachment (account_id, attachment_id);

CREATE TABLE outbox (
    -- What a line still has to send: one row per message, gone once a result is recorded. priority: 0 for a message to
    -- one person, higher ones wait behind lower ones. next_ms: not before. owner: who has claimed it, empty for nobody.
    -- is_in_doubt: it may have left already. is_exempt: it goes to somebody who asked for silence, to confirm that.
    -- failure: why the last attempt has to be made again.
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    owner TEXT NOT NULL,
    claimed_ms INTEGER NOT NULL,
    is_in_doubt INTEGER NOT NULL,
    is_exempt INTEGER NOT NULL,
    failure TEXT NOT NULL,
    PRIMARY KEY (account_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_turn ON outbox (account_id, line_id, owner, priority, next_ms, message_id);

CREATE TABLE receipt (
    -- What a carrier said about a part, every time: kind in our words, message_status where it named a reason.
    -- message_id is null as long as no message is known by that id; such a one waits for it.
    account_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    ref TEXT NOT NULL,
    message_id INTEGER,
    part_no INTEGER,
    kind TEXT NOT NULL,
    message_status INTEGER,
    carrier_words TEXT NOT NULL,
    at_ms INTEGER,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, no)
) STRICT;

CREATE INDEX receipt_waiting ON receipt (account_id, carrier, ref) WHERE message_id IS NULL;
CREATE INDEX receipt_by_message ON receipt (account_id, message_id, no) WHERE message_id IS NOT NULL;

CREATE TABLE inbound_key (
    -- By what an inbound text is known again when a carrier delivers it twice.
    account_id INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    key TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, carrier, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbound_key_by_time ON inbound_key (account_id, at_ms);

CREATE TABLE event (
    -- What somebody may want to be told, written with the change. kind: message.receive, message.send,
    -- message.progress, message.read, message.delete, optout.change. The state is what
    -- the event brought; data is JSON.
    account_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    line_id INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    phone TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    status_code INTEGER NOT NULL,
    message_status INTEGER NOT NULL,
    data TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_subscription (
    -- Who wants to be told of which events: kinds is a JSON list, line_id 0 stands for every line. options: JSON of the
    -- dialect's own. failures: in a row; paused_until_ms: a receiver that failed too often rests until then.
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    line_id INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    url TEXT NOT NULL,
    method TEXT NOT NULL,
    sealed TEXT,
    options TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    paused_until_ms INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    credential_id INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_delivery (
    -- One event on its way to one subscription, made with the event. state: waiting, done, parked. body: what is sent,
    -- from the first attempt on. Those of one fingerprint go in the order of their numbers.
    account_id INTEGER NOT NULL,
    subscription_id INTEGER NOT NULL,
    event_no INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    owner TEXT NOT NULL,
    body TEXT,
    error TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, subscription_id, event_no)
) STRICT;

CREATE INDEX webhook_delivery_waiting ON webhook_delivery (account_id, subscription_id, event_no)
    WHERE state = 'waiting';
CREATE INDEX webhook_delivery_parked ON webhook_delivery (account_id, subscription_id, event_no)
    WHERE state = 'parked';

CREATE TABLE webhook_attempt (
    -- One try to deliver. status: the receiver's HTTP status, 0 when there was none.
    account_id INTEGER NOT NULL,
    subscription_id INTEGER NOT NULL,
    event_no INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (account_id, subscription_id, event_no, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE line_usage (
    -- What a line sent and received in a month (year * 100 + month, UTC): messages that a carrier took, and texts that
    -- came in.
    account_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    month INTEGER NOT NULL,
    sent_sms INTEGER NOT NULL,
    sent_mms INTEGER NOT NULL,
    sent_parts INTEGER NOT NULL,
    received_sms INTEGER NOT NULL,
    received_mms INTEGER NOT NULL,
    received_parts INTEGER NOT NULL,
    PRIMARY KEY (account_id, line_id, month)
) STRICT, WITHOUT ROWID;
