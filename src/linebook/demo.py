"""The demo: one account with fixed, published credentials, and how to call it. Never for data that anybody cares about.

Everything here is public. `serve` refuses to listen beyond this machine on a database that holds any of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from linebook.core.account import Account, CredentialKind, Line, Role, User
from linebook.errors import DomainError, NotFound
from linebook.login import password_matches
from linebook.sealing import SQLITE, Sealer, key_file_of
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts, find_account
from linebook.services.credentials import (
    RegisterCredential,
    find_credential,
    pair_secret,
    register_credentials,
    sealing_context,
    secret_digest,
)
from linebook.services.lines import AddLine, add_lines, find_line
from linebook.services.users import (
    LINE_LOGIN,
    AddUser,
    SetLogin,
    add_users,
    find_login,
    find_login_at,
    list_users,
    set_logins,
)
from linebook.storage.base import Engine, Tx
from linebook.storage.sqlite import SqliteEngine

T = TypeVar("T")

ACCOUNT: Final = "Demo"
FRONT_DESK: Final = "+15556661234"
SHARED: Final = "+14255551212"
TOLL_FREE: Final = "+18885550100"

LINES: Final = (
    AddLine(address=FRONT_DESK, label="Front desk"),
    AddLine(address=SHARED, label="Shared", is_multi_user=True),
    AddLine(address=TOLL_FREE, label="Toll-free"),
)

SCOTT: Final = AddUser(email="scott@demo.example", first_name="Scott", last_name="Demo", role=Role.OPERATOR)
ADMIN: Final = AddUser(email="admin@demo.example", first_name="Alex", last_name="Demo", role=Role.ADMINISTRATOR)
USERS: Final = (SCOTT, ADMIN)


class DemoLogin(msgspec.Struct, frozen=True, kw_only=True):
    """A login of the demo. The hash is of the password beside it: making it at every start would take too long."""

    address: str
    prefix: str
    password: str
    password_hash: str
    role: Role
    user: AddUser | None = None


LOGINS: Final = (
    DemoLogin(
        address=FRONT_DESK,
        prefix=LINE_LOGIN,
        password="mypassword",
        password_hash="$argon2id$v=19$m=19456,t=2,p=1$ssTDSveSiQfR9I0Wis4M2g$UrpuXhoU1oA5uRq4A+Lq1x9jIIG9D0gRNPc1tHYKB08",
        role=Role.SYSTEM,
    ),
    DemoLogin(
        address=SHARED,
        prefix=LINE_LOGIN,
        password="linepassword",
        password_hash="$argon2id$v=19$m=19456,t=2,p=1$hePoDG6+XP88Z0dze3afhw$v1ADx3Hf/hn/lsyya+TNgG7OOX0MVMRmigi5Ldmt4tk",
        role=Role.SYSTEM,
    ),
    DemoLogin(
        address=SHARED,
        prefix="scott",
        password="scottpassword",
        password_hash="$argon2id$v=19$m=19456,t=2,p=1$gUJ8/xhpK0kNeN2ZP/GUYg$ZWEpwuTm0Qh31C/1CZ+MN++1SEYOFL4/BRG9UONEKYk",
        role=Role.OPERATOR,
        user=SCOTT,
    ),
    DemoLogin(
        address=SHARED,
        prefix="admin",
        password="adminpassword",
        password_hash="$argon2id$v=19$m=19456,t=2,p=1$Pk3J8Cfix/qCT520HV1A4A$2c+TKNw2hG+ZWhVQlN4MrmW7MIzp/DiiCtQ3bpgSffI",
        role=Role.ADMINISTRATOR,
        user=ADMIN,
    ),
)

CREDENTIALS: Final = (
    RegisterCredential(kind=CredentialKind.ZIPWHIP_API_KEY, secret="demo-api-key", label="demo"),
    RegisterCredential(kind=CredentialKind.INWISE_KEY, secret="0123456789abcdef0123456789abcdef", label="demo"),
    RegisterCredential(kind=CredentialKind.SENDBLUE_PAIR, secret=pair_secret("demo-key", "demo-secret"), label="demo"),
    RegisterCredential(kind=CredentialKind.HEYMARKET_KEY, secret="demo-team-key", label="demo"),
    RegisterCredential(kind=CredentialKind.HEYMARKET_SECRET, secret="demo-secret-id", label="demo"),
    RegisterCredential(kind=CredentialKind.HEYMARKET_N8N_KEY, secret="demo-n8n-key", label="demo"),
)

TO_SEAL: Final = {"demo-secret-id": "demo-secret-key"}
"""What must be read back of a credential, by its secret. It is sealed under the key in the file beside the database, so
a demo on a database server does without these credentials."""


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """How to call one dialect of the demo: lines for a shell, in which `{base}` stands for the base URL."""

    title: str
    credentials: tuple[str, ...]
    commands: tuple[str, ...]


GUIDES: Final[tuple[Guide, ...]] = (
    Guide(
        title="Zipwhip",
        credentials=(
            "username=5556661234 password=mypassword                (a line with one user)",
            "username=4255551212 password=linepassword              (a line with several users: the line itself)",
            "username=scott@4255551212 password=scottpassword       (an operator on it)",
            "username=admin@4255551212 password=adminpassword       (an administrator on it)",
            "api_key=demo-api-key                                   (provision/… and enum/…)",
        ),
        commands=(
            "SESSION=$(curl -s {base}/user/login -d username=5556661234 -d password=mypassword"
            ' | sed \'s/.*"response":"\\([^"]*\\)".*/\\1/\')',
            "curl -s {base}/contact/save -d session=$SESSION -d mobileNumber=2065550100 -d firstName=Ada",
            "curl -s {base}/contact/get -d session=$SESSION -d mobileNumber=2065550100",
            "curl -s {base}/message/send -d session=$SESSION -d contacts=2065550100 -d body='Your table is ready.'",
        ),
    ),
    Guide(
        title="inwise",
        credentials=("X-API-Key: 0123456789abcdef0123456789abcdef",),
        commands=(
            "iw() { curl -s -H 'X-API-Key: 0123456789abcdef0123456789abcdef' \"$@\"; }",
            """iw {base}/rest/v1/contacts -d '{"email":"ada@example.org","mobile_number":"0541111111","""
            """"trim_mobile_number_leading_zero":true,"mobile_number_default_country_code":"972","""
            """"fields":[{"name":"field1","content":"Ada"}],"add_to_groups_ids":[715983]}'""",
            "iw '{base}/rest/v1/contacts/recently_updated?reset=false&limit=1000'",
        ),
    ),
    Guide(
        title="Sendblue",
        credentials=("sb-api-key-id: demo-key", "sb-api-secret-key: demo-secret"),
        commands=(
            "sb() { curl -s -H 'sb-api-key-id: demo-key' -H 'sb-api-secret-key: demo-secret' \"$@\"; }",
            "sb {base}/api/v2/contacts -H 'Content-Type: application/json'"
            """ -d '{"number":"+12065550100","first_name":"Ada","update_if_exists":true}'""",
            "sb {base}/api/v2/contacts/+12065550100",
        ),
    ),
    Guide(
        title="Heymarket",
        credentials=(
            "Authorization: Bearer demo-team-key                    (/v1 and /v2; or Basic, with an empty password)",
            "secret id demo-secret-id, secret key demo-secret-key   (for signed tokens)",
            "X-Heymarket-API-Key: demo-n8n-key                      (/n8n/v1)",
        ),
        commands=(
            "hm() { curl -s -H 'Authorization: Bearer demo-team-key' -H 'Content-Type: application/json' \"$@\"; }",
            """hm {base}/v1/contact -d '{"phone":"12065550100","first":"Ada","last":"Lovelace"}'""",
            """hm {base}/v1/contact/get -d '{"phone":"12065550100"}'""",
            "b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }",
            """CLAIMS=$(printf '{"alg":"HS256","typ":"JWT"}' | b64)."""
            """$(printf '{"iss":"demo-secret-id","iat":%s}' "$(date +%s)" | b64)""",
            """SIGNED=$(printf %s "$CLAIMS" | """
            """openssl dgst -sha256 -hmac 'demo-secret-id||demo-secret-key' -binary | b64)""",
            'curl -s -H "Authorization: Bearer $CLAIMS.$SIGNED" {base}/v1/inboxes',
        ),
    ),
)
"""What is printed at the start; a dialect that is served adds its own."""


def guide_text(base_url: str) -> str:
    """Give what somebody needs to call the demo that answers at this URL: credentials, and commands to copy."""
    parts = [
        f"The demo answers at {base_url} (Ctrl-C ends it).",
        "In a browser that is the handset: what the demo's lines send arrives there, and you answer.",
    ]
    for guide in GUIDES:
        parts += ["", f"{guide.title}:", *(f"  {one}" for one in guide.credentials), ""]
        parts += [f"  {one.replace('{base}', base_url)}" for one in guide.commands]
    return "\n".join(parts)


def prepare_demo(engine: Engine) -> Account:
    """Make what the demo account lacks, in one transaction; what is there already, changed or not, stays as it is.

    Raises `AddressTaken` or `CredentialTaken` when another account of the database has a demo line or secret.
    """
    credentials = demo_credentials(engine)
    return engine.write(lambda tx: make_demo(tx, credentials))


def demo_secrets_present(engine: Engine) -> bool:
    """Whether any of the published credentials opens this database, whatever its account is called now."""

    def known_credentials(tx: Tx) -> bool:
        found = (find_credential(tx, one.kind, secret_digest(one.secret)) for one in CREDENTIALS)
        return any(one is not None and one.is_valid(tx.now_ms) for one in found)

    if engine.read(known_credentials):
        return True
    for login in LOGINS:
        found = engine.read(lambda tx, login=login: find_login_at(tx, login.address, login.prefix))  # type: ignore[misc]
        if found is not None and password_matches(found.password_hash, login.password):
            return True
    return False


def demo_credentials(engine: Engine) -> list[RegisterCredential]:
    """Give the credentials with what must be sealed of them. Reads the key file, or makes it."""
    found: list[RegisterCredential] = []
    for one in CREDENTIALS:
        if one.secret not in TO_SEAL:
            found.append(one)
        elif isinstance(engine, SqliteEngine):
            sealer = Sealer(None, key_file_of(f"{SQLITE}{engine.path}"))
            sealed = sealer.seal(TO_SEAL[one.secret], sealing_context(one.kind, one.secret))
            found.append(msgspec.structs.replace(one, sealed=sealed))
    return found


def make_demo(tx: Tx, credentials: Sequence[RegisterCredential]) -> Account:
    """Make what the demo account lacks. Raises what `prepare_demo` raises."""
    try:
        account = find_account(tx, ACCOUNT)
    except NotFound:
        account = _only(create_accounts(tx, DIRECTORY, [CreateAccount(name=ACCOUNT, region="US")]))
    lines = {line.address: _line(tx, account.id, line) for line in LINES}
    present = {user.email: user for user in list_users(tx, account.id)}
    users: dict[str, User] = {}
    for user in USERS:
        users[user.email] = present.get(user.email) or _only(add_users(tx, account.id, [user]))
    for login in LOGINS:
        line = lines[login.address]
        if find_login(tx, account.id, line.id, login.prefix) is None:
            wanted = SetLogin(
                line_id=line.id,
                prefix=login.prefix,
                password_hash=login.password_hash,
                role=login.role,
                user_id=users[login.user.email].id if login.user else None,
            )
            _only(set_logins(tx, account.id, [wanted]))
    for credential in credentials:
        registered = find_credential(tx, credential.kind, secret_digest(credential.secret))
        if registered is None or registered.account_id != account.id:
            _only(register_credentials(tx, account.id, [credential]))
    return account


def _line(tx: Tx, account_id: int, wanted: AddLine) -> Line:
    try:
        line = find_line(tx, wanted.address)
    except NotFound:
        return _only(add_lines(tx, account_id, [wanted]))
    # Of another account: adding it says so.
    return line if line.account_id == account_id else _only(add_lines(tx, account_id, [wanted]))


def _only(outcomes: Sequence[T | DomainError]) -> T:
    outcome = outcomes[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
