-- name: directory_version()
-- The version of everything that processes keep in memory.
SELECT version FROM directory_version;

-- name: bump_directory_version()
-- Tells every process to forget what it keeps in memory.
UPDATE directory_version SET version = version + 1 RETURNING version;

-- name: account_by_id(id)
-- One account.
SELECT * FROM account WHERE id = :id;

-- name: account_by_name(name)
-- The account of that name.
SELECT * FROM account WHERE name = :name;

-- name: accounts(after_id, limit)
-- A page of accounts by rising id.
SELECT * FROM account WHERE id > :after_id ORDER BY id LIMIT :limit;

-- name: last_account_id()
-- The highest account id, null when there is none.
SELECT max(id) FROM account;

-- name: insert_account(id, name, region, stop_scope, inwise_name_fields, created_ms)!
-- Adds an account.
INSERT INTO account (id, name, region, stop_scope, inwise_name_fields, created_ms)
VALUES (:id, :name, :region, :stop_scope, :inwise_name_fields, :created_ms);

-- name: insert_account_clock(account_id, name, last_id)!
-- Starts one of an account's two clocks.
INSERT INTO account_clock (account_id, name, change_no, last_ms, last_id, row_count)
VALUES (:account_id, :name, 0, 0, :last_id, 0);

-- name: line_address(address)
-- The account and line that an address belongs to.
SELECT address, account_id, line_id FROM line_address WHERE address = :address;

-- name: insert_line_address(address, account_id, line_id)!
-- Gives an address to a line; addresses are unique on the server.
INSERT INTO line_address (address, account_id, line_id) VALUES (:address, :account_id, :line_id);

-- name: credential_by_digest(kind, digest)
-- What a shown secret stands for.
SELECT * FROM credential WHERE kind = :kind AND digest = :digest;

-- name: credentials_page(account_id, after_id, limit)
-- A page of an account's credentials by rising id.
SELECT * FROM credential WHERE account_id = :account_id AND id > :after_id ORDER BY id LIMIT :limit;

-- name: insert_credential(kind, digest, account_id, id, line_id, user_id, role, label, sealed, created_ms, expires_ms)!
-- Registers a secret.
INSERT INTO credential
    (kind, digest, account_id, id, line_id, user_id, role, label, sealed, created_ms, expires_ms, revoked_ms)
VALUES
    (:kind, :digest, :account_id, :id, :line_id, :user_id, :role, :label, :sealed, :created_ms, :expires_ms, NULL);

-- name: revoke_credential(account_id, id, revoked_ms)
-- Ends a credential for good; a second revocation keeps the first time.
UPDATE credential SET revoked_ms = :revoked_ms
WHERE account_id = :account_id AND id = :id AND revoked_ms IS NULL
RETURNING id;

-- name: revoke_sessions_on_line(account_id, user_id, line_id, kind, revoked_ms)!
-- Ends what a user is logged in with on a line.
UPDATE credential SET revoked_ms = :revoked_ms
WHERE account_id = :account_id AND user_id = :user_id AND line_id = :line_id AND kind = :kind AND revoked_ms IS NULL;

-- name: revoke_sessions(account_id, user_id, kind, revoked_ms)!
-- Ends what a user is logged in with anywhere.
UPDATE credential SET revoked_ms = :revoked_ms
WHERE account_id = :account_id AND user_id = :user_id AND kind = :kind AND revoked_ms IS NULL;

-- name: set_role_of_sessions(account_id, user_id, line_id, kind, role)!
-- Lets what a user is logged in with on a line do what another role may.
UPDATE credential SET role = :role
WHERE account_id = :account_id AND user_id = :user_id AND line_id = :line_id AND kind = :kind AND revoked_ms IS NULL;

-- name: expired_credentials(account_id, kind, before_ms, limit)
-- Credentials of an account that ended by themselves before a time, the oldest end first.
SELECT kind, digest FROM credential WHERE account_id = :account_id AND kind = :kind AND expires_ms < :before_ms
ORDER BY expires_ms LIMIT :limit;

-- name: revoked_credentials(account_id, kind, before_ms, limit)
-- Credentials of an account that were ended before a time, the oldest end first.
SELECT kind, digest FROM credential WHERE account_id = :account_id AND kind = :kind AND revoked_ms < :before_ms
ORDER BY revoked_ms LIMIT :limit;
