"""Sendblue's official Python client, unchanged: create a contact, read it, count. It ends with 0 when it is there.

pip install sendblue
linebook demo &                 # or give the three variables below for an account of yours
python examples/sendblue_client.py
"""

import os

from sendblue_api import SendblueAPI

# The client reads these variables by itself; only what is not set is filled in for `linebook demo`.
os.environ.setdefault("SENDBLUE_API_BASE_URL", "http://127.0.0.1:8420")
os.environ.setdefault("SENDBLUE_API_API_KEY", "demo-key")
os.environ.setdefault("SENDBLUE_API_API_SECRET", "demo-secret")


def main() -> None:
    """Make three calls and print what came back."""
    with SendblueAPI(_strict_response_validation=True) as client:
        client.contacts.create(number="+12065550100", body_first_name_1="Ada", tags=["vip"], update_if_exists=True)
        contact = client.contacts.retrieve("+12065550100").contact
        print(contact.phone, contact.first_name, contact.tags)
        assert (contact.phone, contact.first_name) == ("+12065550100", "Ada")
        print("sendblue client: the contact is there, one of", client.contacts.count().count)


if __name__ == "__main__":
    main()
