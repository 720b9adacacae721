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
    carrier text COLLATE "C" NOT NULL,
    ref text COLLATE "C" NOT NULL,
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    part_no bigint NOT NULL,
    is_exact boolean NOT NULL,
    PRIMARY KEY (carrier, ref)
);

CREATE TABLE lease (
    -- Who works for a thing: `line` (its outbox), `webhook` (a subscription's deliveries). Directory: workers look here
    -- for work. A row exists as long as its thing; it is free when until_ms has passed.
    kind text COLLATE "C" NOT NULL,
    account_id bigint NOT NULL,
    thing_id bigint NOT NULL,
    owner text COLLATE "C" NOT NULL,
    until_ms bigint NOT NULL,
    PRIMARY KEY (kind, account_id, thing_id)
);

CREATE INDEX lease_by_end ON lease (kind, until_ms);

INSERT INTO lease (kind, account_id, thing_id, owner, until_ms)
SELECT 'line', account_id, line_id, '', 0 FROM line_address;

-- What a line does with messages of which it is not known whether they left: `resend` or `fail`.
ALTER TABLE line ADD COLUMN on_doubt text COLLATE "C" NOT NULL DEFAULT 'resend';

CREATE TABLE line_setting (
    -- What callers set for a line or one of its users (user_id 0: the line itself), such as a signature.
    account_id bigint NOT NULL,
    line_id bigint NOT NULL,
    user_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, line_id, user_id, name)
);

CREATE TABLE stop_word (
    -- The words that mean something as a whole text, where an account has words of its own: action stop, start or help.
    account_id bigint NOT NULL,
    word text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, word)
);

CREATE TABLE conversation_key (
    -- The 32-bit number of a set of addresses, the same on every line. digest: of the sorted addresses.
    account_id bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    fingerprint bigint NOT NULL,
    PRIMARY KEY (account_id, digest)
);

CREATE UNIQUE INDEX conversation_key_by_fingerprint ON conversation_key (account_id, fingerprint);

CREATE TABLE conversation (
    -- The thread with a set of people on a line. addresses: JSON, sorted. last_message_id: the newest that is not
    -- deleted, 0 for none; contact_id: of whom it is, 0 for nobody. deleted_ms: hidden since then; a new message shows
    -- it again.
    account_id bigint NOT NULL,
    line_id bigint NOT NULL,
    fingerprint bigint NOT NULL,
    id bigint NOT NULL,
    addresses text COLLATE "C" NOT NULL,
    contact_id bigint NOT NULL,
    unread_count bigint NOT NULL,
    is_open boolean NOT NULL,
    assignee_id bigint,
    last_message_id bigint NOT NULL,
    rev bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    deleted_ms bigint,
    PRIMARY KEY (account_id, line_id, fingerprint)
);

CREATE UNIQUE INDEX conversation_by_id ON conversation (account_id, id);
CREATE INDEX conversation_by_line ON conversation (account_id, line_id, last_message_id) WHERE deleted_ms IS NULL;

CREATE TABLE message (
    -- One text to or from one number. direction: in, out. no: its number on the clock when it was made. due_ms: when it
    -- is to be sent, null for at once. parent_id: what the messages of one request have in common, 0 for none.
    -- carrier_words: what the carrier said last, as it said it. error: the named reason of a failure, empty otherwise.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    no bigint NOT NULL,
    line_id bigint NOT NULL,
    fingerprint bigint NOT NULL,
    direction text COLLATE "C" NOT NULL,
    phone text COLLATE "C" NOT NULL,
    contact_id bigint NOT NULL,
    body text COLLATE "C" NOT NULL,
    part_count bigint NOT NULL,
    attachment_count bigint NOT NULL,
    is_mms boolean NOT NULL,
    status_code bigint NOT NULL,
    message_status bigint NOT NULL,
    is_read boolean NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    due_ms bigint,
    sent_ms bigint,
    delivered_ms bigint,
    read_ms bigint,
    deleted_ms bigint,
    parent_id bigint NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    carrier_words text COLLATE "C" NOT NULL,
    error text COLLATE "C" NOT NULL,
    from_name text COLLATE "C" NOT NULL,
    advertisement text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    user_id bigint,
    door text COLLATE "C" NOT NULL,
    credential_id bigint
);

CREATE UNIQUE INDEX message_by_id ON message (account_id, id);
CREATE INDEX message_by_line ON message (account_id, line_id, id) WHERE deleted_ms IS NULL;
CREATE INDEX message_by_conversation ON message (account_id, line_id, fingerprint, id) WHERE deleted_ms IS NULL;
CREATE INDEX message_unread ON message (account_id, line_id, fingerprint, id) WHERE is_read = FALSE;
CREATE INDEX message_by_external_id ON message (account_id, external_id, id) WHERE external_id <> '';

CREATE TABLE message_part (
    -- One part of a message that went to a carrier: the id that the carrier gave it, as given, and what became of it.
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    part_no bigint NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    ref text COLLATE "C" NOT NULL,
    status_code bigint NOT NULL,
    message_status bigint NOT NULL,
    carrier_words text COLLATE "C" NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, message_id, part_no)
);

CREATE TABLE attachment (
    -- A kept file by its storage key. digest: SHA-256 of its bytes, by which it lies in the folder of files.
    account_id bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    size_bytes bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    file_name text COLLATE "C" NOT NULL,
    created_ms bigint NOT NULL,
    door text COLLATE "C" NOT NULL,
    credential_id bigint,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX attachment_by_digest ON attachment (account_id, digest);
CREATE INDEX attachment_by_time ON attachment (account_id, created_ms);

CREATE TABLE message_attachment (
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    position bigint NOT NULL,
    attachment_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, message_id, position)
);

CREATE INDEX message_attachment_by_file ON message_attachment (account_id, attachment_id);

CREATE TABLE outbox (
    -- What a line still has to send: one row per message, gone once a result is recorded. priority: 0 for a message to
    -- one person, higher ones wait behind lower ones. next_ms: not before. owner: who has claimed it, empty for nobody.
    -- is_in_doubt: it may have left already. is_exempt: it goes to somebody who asked for silence, to confirm that.
    -- failure: why the last attempt has to be made again.
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    line_id bigint NOT NULL,
    priority bigint NOT NULL,
    next_ms bigint NOT NULL,
    attempts bigint NOT NULL,
    owner text COLLATE "C" NOT NULL,
    claimed_ms bigint NOT NULL,
    is_in_doubt boolean NOT NULL,
    is_exempt boolean NOT NULL,
    failure text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, message_id)
);

CREATE INDEX outbox_by_turn ON outbox (account_id, line_id, owner, priority, next_ms, message_id);

CREATE TABLE receipt (
    -- What a carrier said about a part, every time: kind in our words, message_status where it named a reason.
    -- message_id is null as long as no message is known by that id; such a one waits for it.
    account_id bigint NOT NULL,
    no bigint NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    ref text COLLATE "C" NOT NULL,
    message_id bigint,
    part_no bigint,
    kind text COLLATE "C" NOT NULL,
    message_status bigint,
    carrier_words text COLLATE "C" NOT NULL,
    at_ms bigint,
    received_ms bigint NOT NULL,
    PRIMARY KEY (account_id, no)
);

CREATE INDEX receipt_waiting ON receipt (account_id, carrier, ref) WHERE message_id IS NULL;
CREATE INDEX receipt_by_message ON receipt (account_id, message_id, no) WHERE message_id IS NOT NULL;

CREATE TABLE inbound_key (
    -- By what an inbound text is known again when a carrier delivers it twice.
    account_id bigint NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    message_id bigint NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (account_id, carrier, key)
);

CREATE INDEX inbound_key_by_time ON inbound_key (account_id, at_ms);

CREATE TABLE event (
    -- What somebody may want to be told, written with the change. kind: message.receive, message.send,
    -- message.progress, message.read, message.delete, optout.change. The state is what
    -- the event brought; data is JSON.
    account_id bigint NOT NULL,
    no bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    line_id bigint NOT NULL,
    fingerprint bigint NOT NULL,
    message_id bigint NOT NULL,
    phone text COLLATE "C" NOT NULL,
    contact_id bigint NOT NULL,
    status_code bigint NOT NULL,
    message_status bigint NOT NULL,
    data text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (account_id, no)
);

CREATE TABLE webhook_subscription (
    -- Who wants to be told of which events: kinds is a JSON list, line_id 0 stands for every line. options: JSON of the
    -- dialect's own. failures: in a row; paused_until_ms: a receiver that failed too often rests until then.
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    dialect text COLLATE "C" NOT NULL,
    line_id bigint NOT NULL,
    kinds text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    sealed text COLLATE "C",
    options text COLLATE "C" NOT NULL,
    is_active boolean NOT NULL,
    failures bigint NOT NULL,
    paused_until_ms bigint,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    credential_id bigint,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE webhook_delivery (
    -- One event on its way to one subscription, made with the event. state: waiting, done, parked. body: what is sent,
    -- from the first attempt on. Those of one fingerprint go in the order of their numbers.
    account_id bigint NOT NULL,
    subscription_id bigint NOT NULL,
    event_no bigint NOT NULL,
    fingerprint bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    next_ms bigint NOT NULL,
    owner text COLLATE "C" NOT NULL,
    body text COLLATE "C",
    error text COLLATE "C" NOT NULL,
    updated_ms bigint NOT NULL,
    PRIMARY KEY (account_id, subscription_id, event_no)
);

CREATE INDEX webhook_delivery_waiting ON webhook_delivery (account_id, subscription_id, event_no)
    WHERE state = 'waiting';
CREATE INDEX webhook_delivery_parked ON webhook_delivery (account_id, subscription_id, event_no)
    WHERE state = 'parked';

CREATE TABLE webhook_attempt (
    -- One try to deliver. status: the receiver's HTTP status, 0 when there was none.
    account_id bigint NOT NULL,
    subscription_id bigint NOT NULL,
    event_no bigint NOT NULL,
    attempt bigint NOT NULL,
    at_ms bigint NOT NULL,
    duration_ms bigint NOT NULL,
    status bigint NOT NULL,
    error text COLLATE "C" NOT NULL,
    answer text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, subscription_id, event_no, attempt)
);

CREATE TABLE line_usage (
    -- What a line sent and received in a month (year * 100 + month, UTC): messages that a carrier took, and texts that
    -- came in.
    account_id bigint NOT NULL,
    line_id bigint NOT NULL,
    month bigint NOT NULL,
    sent_sms bigint NOT NULL,
    sent_mms bigint NOT NULL,
    sent_parts bigint NOT NULL,
    received_sms bigint NOT NULL,
    received_mms bigint NOT NULL,
    received_parts bigint NOT NULL,
    PRIMARY KEY (account_id, line_id, month)
);
