-- What the purger looks up by age: told and parked events, and tries to tell.

CREATE INDEX webhook_delivery_ended ON webhook_delivery (account_id, state, updated_ms) WHERE state <> 'waiting';
CREATE INDEX webhook_attempt_by_time ON webhook_attempt (account_id, at_ms);
