"""What every door can say and show of a person: the table that the tests of members walk, row by row and door by door.

Doors by letter: Z Zipwhip, I inwise, S Sendblue, H Heymarket's first version, 2 its second, C the command line. A door
that is not among `says` has no word for the member ("not expressible"): then whatever is written there leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tests.shared_book.person import Person
from tests.shared_book.world import ADA, DESK, DOORS

LETTERS: Final = dict(zip("ZISH2C", DOORS, strict=True))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One member: what is said of it, through which doors it can be said, emptied and seen, and what is seen then.

    `differs` has what a door shows where that is not just what was said. `empty` is what is said to empty it.
    """

    member: str
    said: Person
    says: str
    sees: str
    differs: Mapping[str, Person] = {}
    empty: Person | None = None
    empties: str = ""

    def can_say(self, door: str) -> bool:
        """Whether the member can be said through a door."""
        return door in {LETTERS[one] for one in self.says}

    def can_empty(self, door: str) -> bool:
        """Whether the member can be emptied through a door."""
        return door in {LETTERS[one] for one in self.empties}

    def seen(self, door: str) -> Person | None:
        """Give what a door must show of what was said, or None for a door that shows nothing of it."""
        for letter, person in self.differs.items():
            if LETTERS[letter] == door:
                return person
        return self.said if door in {LETTERS[one] for one in self.sees} else None

    def __str__(self) -> str:
        return self.member


TABLE: Final = (
    # Every door needs a number, or shows that there is none.
    Row(member="phone", said=Person(phone=ADA), says="ZISH2C", sees="ZISH2C"),
    Row(
        member="e-mail",
        said=Person(email="Ada@Example.test"),
        says="ZIH2C",
        sees="ZIH2C",
        # inwise: "there is no way to clear a key".
        empty=Person(email=""),
        empties="ZH2C",
    ),
    Row(
        member="first and last name",
        said=Person(first_name="Ada", last_name="Lovelace"),
        says="ZISH2C",
        sees="ZISH2C",
        # Heymarket shows a name in any case; the book has no display name for that.
        differs={
            "H": Person(first_name="Ada", last_name="Lovelace", display_name="Ada Lovelace"),
            "2": Person(first_name="Ada", last_name="Lovelace", display_name="Ada Lovelace"),
            "C": Person(first_name="Ada", last_name="Lovelace", display_name=""),
        },
        empty=Person(first_name="", last_name=""),
        empties="ZISH2C",
    ),
    Row(
        member="display name",
        said=Person(display_name="The Countess"),
        says="H2C",
        sees="H2C",
        empty=Person(display_name=""),
        empties="H2C",
    ),
    Row(
        member="company",
        said=Person(company="Engines & Söhne"),
        says="ZSC",
        sees="ZSC",
        empty=Person(company=""),
        empties="ZSC",
    ),
    Row(
        member="notes",
        # Heymarket's notes can be added to (by its n8n surface), and neither changed nor taken away.
        said=Person(notes="Prefers texts.\n\nCall after noon."),
        says="ZHC",
        sees="ZH2C",
        empty=Person(notes=""),
        empties="ZC",
    ),
    Row(
        member="avatar",
        said=Person(avatar="https://pictures.example.test/ada.png"),
        says="H2C",
        sees="H2C",
        empty=Person(avatar=""),
        empties="H2C",
    ),
    Row(
        member="assignee",
        said=Person(assignee=DESK),
        says="SH2C",
        sees="SH2C",
        empty=Person(assignee=""),
        empties="SH2C",
    ),
    Row(
        member="preferred line",
        said=Person(line_number="+15553330000"),
        says="SC",
        sees="SC",
        empty=Person(line_number=""),
        empties="SC",
    ),
    Row(
        member="external id",
        said=Person(external_id="crm-88"),
        says="IC",
        sees="IH2C",
        empty=Person(external_id=""),
        empties="IC",
    ),
    Row(
        member="confirmation",
        # Nothing empties it: there is always one of the three.
        said=Person(confirmation="pending"),
        says="IC",
        sees="IC",
    ),
    Row(
        member="verified",
        # Sendblue sets it when the person texts, which is not a call.
        said=Person(verified=True),
        says="C",
        sees="SC",
        empty=Person(verified=False),
        empties="C",
    ),
    Row(
        member="custom field",
        said=Person(fields={"Shoe size": "36 ½"}),
        says="ISH2C",
        sees="ISH2C",
        # Zipwhip knows the fields that it has names for, and no other.
        differs={"Z": Person(fields={})},
        empty=Person(fields={"Shoe size": ""}),
        empties="ISH2C",
    ),
    Row(
        member="further text field of Zipwhip's",
        said=Person(fields={"City": "Торино", "Job title": "Analyst"}),
        says="ZISH2C",
        sees="ZISH2C",
        empty=Person(fields={"City": "", "Job title": ""}),
        empties="ZISH2C",
    ),
    Row(
        member="tag",
        said=Person(tags=frozenset({"VIP", "newsletter"})),
        says="SH2C",
        sees="SH2C",
        empty=Person(tags=frozenset()),
        empties="SH2C",
    ),
    Row(
        member="group",
        said=Person(groups=frozenset({"Readers"})),
        says="IC",
        sees="IC",
        empty=Person(groups=frozenset()),
        empties="IC",
    ),
    Row(
        member="opt-out",
        said=Person(is_opted_out=True),
        says="SH2C",
        sees="SH2C",
        empty=Person(is_opted_out=False),
        empties="SH2C",
    ),
    Row(
        member="block",
        said=Person(is_blocked=True),
        says="HC",
        sees="HC",
        empty=Person(is_blocked=False),
        empties="HC",
    ),
)
