-- Whoever is taken off a line is logged out there: sessions are found by their user.

CREATE INDEX credential_by_user ON credential (account_id, user_id) WHERE user_id IS NOT NULL AND revoked_ms IS NULL;
