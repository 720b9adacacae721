"""Accounts to test against: two lines with logins of every tier, sessions, one contact, and a neighbour's things."""

from __future__ import annotations

import itertools
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeVar

from linebook.core.account import CredentialKind, Role
from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.message import EventKind, Message
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.ids import Ids
from linebook.login import hash_password
from linebook.runtime import Runtime
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.attachments import KeepAttachment, keep_attachments
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.credentials import RegisterCredential, register_credentials
from linebook.services.groups import MakeGroup, make_groups
from linebook.services.inbound import InboundText, receive_texts
from linebook.services.lines import AddLine, add_lines
from linebook.services.operators import SaveOperator, save_operators
from linebook.services.users import AddUser, SetLogin, add_users, set_logins
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Tx
from linebook.storage.blobs import BlobFolder
from linebook.storage.gate import Service
from tests.kit.wire import Tenant

PASSWORD: Final = "mypassword"
SYSTEM_PASSWORD: Final = "linepassword"
ADMINISTRATOR_PASSWORD: Final = "annpassword"
OPERATOR_PASSWORD: Final = "scottpassword"

ADA: Final = "2065550101"
NEIGHBOUR: Final = "2065550177"

PIXEL: Final = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")
"""The smallest GIF."""

Outcome = TypeVar("Outcome")

_numbers = itertools.count(1)
hashed = cache(hash_password)


def add_tenant(runtime: Runtime, region: str = "US") -> Tenant:
    """Make a new account with everything, and give who asks: the system session of its single-user line."""
    number = next(_numbers)
    tenant = runtime.store.engine.write(lambda tx: _Builder(tx, runtime.ids).tenant(number, region))
    BlobFolder(_folder(runtime)).put(int(tenant.names["account_id"]), PIXEL)
    return tenant


def _folder(runtime: Runtime) -> str:
    assert runtime.files.folder is not None, "the hub of these tests needs a folder for files"
    return runtime.files.folder


def session_of(runtime: Runtime, account_id: int, line_id: int, role: Role) -> str:
    """Give a new session of a line."""
    return runtime.store.engine.write(lambda tx: _Builder(tx, runtime.ids).session(account_id, line_id, role, None))


class _Builder:
    """Makes everything in one transaction, which is quicker than one each."""

    def __init__(self, tx: Tx, ids: Ids) -> None:
        self._tx = tx
        self._ids = ids

    def tenant(self, number: int, region: str) -> Tenant:
        foreign = self._neighbour(number)
        account = self._do(create_accounts, DIRECTORY, CreateAccount(name=f"Tenant {number}", region=region))
        line = self._do(add_lines, account.id, AddLine(address=f"+1555666{number:04}", label="Front desk"))
        team = AddLine(address=f"+1425555{number:04}", label="Team", is_multi_user=True)
        multi = self._do(add_lines, account.id, team)
        scott = AddUser(email="scott@example.org", first_name="Scott", last_name="Reed", role=Role.OPERATOR)
        ann = AddUser(email="ann@example.org", first_name="Ann", last_name="Lee", role=Role.ADMINISTRATOR)
        users = {"scott": self._do(add_users, account.id, scott).id, "ann": self._do(add_users, account.id, ann).id}
        sessions: dict[str, str] = {}
        for name, line_id, prefix, password, role in (
            ("session", line.id, "", PASSWORD, Role.SYSTEM),
            ("system_session", multi.id, "", SYSTEM_PASSWORD, Role.SYSTEM),
            ("administrator_session", multi.id, "ann", ADMINISTRATOR_PASSWORD, Role.ADMINISTRATOR),
            ("operator_session", multi.id, "scott", OPERATOR_PASSWORD, Role.OPERATOR),
        ):
            user_id = users.get(prefix)
            login = SetLogin(line_id=line_id, prefix=prefix, password_hash=hashed(password), role=role, user_id=user_id)
            self._do(set_logins, account.id, login)
            sessions[name] = self.session(account.id, line_id, role, user_id)
        ada_id = self._contact(account.id, ADA, first_name="Ada", last_name="Lovelace")
        message = self._message(account.id, line.id, ADA)
        names = {
            "line": line.address[2:],
            "multi": multi.address[2:],
            "line_id": str(line.id),
            "multi_id": str(multi.id),
        }
        for name in ("line", "multi"):
            names[f"{name}_dotted"] = f"({names[name][:3]}) {names[name][3:6]}-{names[name][6:]}"
        names |= {"account_id": str(account.id), "ada_number": ADA, "ada_id": str(ada_id), "unknown_id": "1999999999"}
        names["group"] = self._group(account.id, names["line"], ADA)
        names["storage_key"] = self._file(account.id)
        names["webhook_id"] = self._webhook(account.id, line.id)
        names["operator_id"] = self._operator(account.id, line.id)
        names |= {"message_id": str(message.id), "fingerprint": str(message.fingerprint)}
        self.api_key(account.id, sessions["session"])
        return Tenant(sessions["session"], names | sessions | foreign)

    def _neighbour(self, number: int) -> dict[str, str]:
        """Make another account whose things the tenant must never see; its last contact has an id of its own."""
        account = self._do(create_accounts, DIRECTORY, CreateAccount(name=f"Neighbour {number}"))
        line = self._do(add_lines, account.id, AddLine(address=f"+1888555{number:04}"))
        ids = [
            self._contact(account.id, digits, first_name="Neighbour", notes="None of your business")
            for digits in ("2065550175", "2065550176", NEIGHBOUR)
        ]
        session = self.session(account.id, line.id, Role.SYSTEM, None)
        message = self._message(account.id, line.id, NEIGHBOUR)
        return {
            "foreign_line": line.address,
            "foreign_id": str(ids[-1]),
            "foreign_number": NEIGHBOUR,
            "foreign_session": session,
            "foreign_message": str(message.id),
            "foreign_fingerprint": str(message.fingerprint),
            "foreign_group": self._group(account.id, line.address[2:], NEIGHBOUR),
            "foreign_key": self._file(account.id),
        }

    def session(self, account_id: int, line_id: int, role: Role, user_id: int | None) -> str:
        key = f"{self._ids.uuid4()}:{line_id}"
        credential = RegisterCredential(
            kind=CredentialKind.ZIPWHIP_SESSION, secret=key, role=role, line_id=line_id, user_id=user_id
        )
        self._do(register_credentials, account_id, credential)
        return key

    def api_key(self, account_id: int, secret: str) -> None:
        """Make a secret an API key of the account as well, so that a runner shows one secret everywhere."""
        credential = RegisterCredential(kind=CredentialKind.ZIPWHIP_API_KEY, secret=secret)
        self._do(register_credentials, account_id, credential)

    def _contact(self, account_id: int, digits: str, **members: Any) -> int:
        patch = ContactPatch(phone=Phone.stored(f"+1{digits}"), **members)
        return self._do(save_contacts, account_id, SaveContact(patch=patch, author=Author("test", None))).contact.id

    def _group(self, account_id: int, line: str, digits: str) -> str:
        request = MakeGroup(name="Choir", members=(Phone.stored(f"+1{digits}"),), author=Author("test", None))
        return f"device:/{line}/{self._do(make_groups, account_id, request).id}"

    def _operator(self, account_id: int, line_id: int) -> str:
        request = SaveOperator(line_id=line_id, prefix="joan", email="joan@example.org", first_name="Joan")
        return str(self._do(save_operators, account_id, request).user.id)

    def _webhook(self, account_id: int, line_id: int) -> str:
        request = AddWebhook(
            dialect="zipwhip",
            kinds=(EventKind.OPT_OUT,),
            url="http://127.0.0.1:9/in",
            line_id=line_id,
            author=Author("test", None),
        )
        return str(self._do(add_webhooks, account_id, request).id)

    def _file(self, account_id: int) -> str:
        request = KeepAttachment(
            digest=sha256(PIXEL).hexdigest(),
            size_bytes=len(PIXEL),
            kind="image/gif",
            file_name="pixel.gif",
            author=Author("test", None),
        )
        return self._do(keep_attachments, account_id, request).id

    def _message(self, account_id: int, line_id: int, digits: str) -> Message:
        text = InboundText(line_id=line_id, sender=f"+1{digits}", body="Are you open on Sunday?", carrier="loopback")
        return self._do(receive_texts, account_id, text).message

    def _do(self, service: Service[Any, Outcome], account_id: int, item: object) -> Outcome:
        outcome = service(self._tx, account_id, [item])[0]
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome
