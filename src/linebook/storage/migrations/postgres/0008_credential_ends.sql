-- What was given out at a login and has ended is found by its end, to be removed.

CREATE INDEX credential_by_expiry ON credential (account_id, kind, expires_ms) WHERE expires_ms IS NOT NULL;
CREATE INDEX credential_by_revocation ON credential (account_id, kind, revoked_ms) WHERE revoked_ms IS NOT NULL;
