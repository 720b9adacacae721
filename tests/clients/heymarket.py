"""A demo that has moved in with the ids of Heymarket's documented samples, and running the samples against it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.demo import prepare_demo
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.labels import CreateField, CreateTag, create_fields, create_tags
from linebook.services.users import AddUser, add_users
from linebook.storage.sqlite import SqliteEngine
from linebook.storage.store import write_now
from tests.kit.hub import HubProcess, hub_process

HOST = "https://api.heymarket.com"
KEY = "demo-team-key"
SECRET_ID, SECRET_KEY = "demo-secret-id", "demo-secret-key"
CONTACT_ID = 98765
PHONE = "15105553344"
SAMPLE_UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"


@contextmanager
def moved_in_hub(folder: Path) -> Iterator[HubProcess]:
    """A demo whose account has moved in with the ids of the samples."""
    engine = SqliteEngine(folder / "linebook.db")
    engine.migrate()
    account_id = prepare_demo(engine).id
    for tag_id in (1, 2, 55, 56):
        write_now(engine, create_tags, account_id, CreateTag(name=f"Tag {tag_id}", id=tag_id))
    for field_id in (123, 456):
        write_now(engine, create_fields, account_id, CreateField(label=f"Field {field_id}", id=field_id))
    for user_id in (1, 2, 42):
        write_now(engine, add_users, account_id, AddUser(email=f"user{user_id}@example.com", id=user_id))
    patch = ContactPatch(phone=Phone.stored(f"+{PHONE}"), first_name="Sample")
    save = SaveContact(patch=patch, author=Author("tests"), chosen_id=CONTACT_ID)
    write_now(engine, save_contacts, account_id, save)
    engine.close()
    with hub_process("demo", "--data", str(folder)) as hub:
        yield hub


class Printed:
    """Runs commands as they are printed."""

    def __init__(self, hub: HubProcess) -> None:
        self._hub = hub
        self.uuid = self(
            "curl -X GET https://api.heymarket.com/v1/contact/98765 -H 'Authorization: Bearer YOUR_API_KEY'"
        )["uuid"]

    def __call__(self, command: str, status: int = 200) -> Any:
        """Run a command, and give the decoded answer; keys, host and the sample's UUID are replaced, nothing else."""
        for printed, real in (
            (HOST, self._hub.base_url),
            ("YOUR_API_KEY", KEY),
            ("YOUR_SIGNED_JWT", signed_token()),
            ("<token>", signed_token()),
            (SAMPLE_UUID, getattr(self, "uuid", "")),
        ):
            command = command.replace(printed, real)
        words = [
            *shlex.split(command.replace("\\\n", " ")),
            "--silent",
            "--noproxy",
            "*",
            "--write-out",
            "\n%{http_code} %header{x-request-id}",
        ]
        out = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
        body, _, told = out.rpartition("\n")
        code, _, request_id = told.partition(" ")
        assert code == str(status), out
        assert len(request_id) == 36
        return json.loads(body)


def signed_token(secret_key: str = SECRET_KEY, age_s: int = 0) -> str:
    """Sign a token with the standard library, as the platform's example does."""

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    header = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    payload = encode(json.dumps({"iss": SECRET_ID, "iat": int(time.time()) - age_s}).encode())
    text = f"{header}.{payload}"
    key = f"{SECRET_ID}||{secret_key}".encode()
    return f"{text}.{encode(hmac.digest(key, text.encode(), hashlib.sha256))}"
