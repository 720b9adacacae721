-- What was done about texts of which it was not known whether they had left.

CREATE TABLE doubt (
    -- One row for each time: decision resend or fail, as the line said at that time. failure: what the doubt came from.
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    decision TEXT NOT NULL,
    failure TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, message_id, attempt)
) STRICT, WITHOUT ROWID;
