-- What was done about texts of which it was not known whether they had left.

CREATE TABLE doubt (
    -- One row for each time: decision resend or fail, as the line said at that time. failure: what the doubt came from.
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    attempt bigint NOT NULL,
    line_id bigint NOT NULL,
    decision text COLLATE "C" NOT NULL,
    failure text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (account_id, message_id, attempt)
);
