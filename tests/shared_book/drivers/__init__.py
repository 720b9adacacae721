"""The doors to the book as tiny clients: one class for each dialect and one for the command line, all with one manner.

They take and give a `Person`, speak literally as programs do, and check that every answer has its platform's form.
"""

from tests.shared_book.drivers.base import Door
from tests.shared_book.drivers.command_line import CommandDoor
from tests.shared_book.drivers.heymarket import HeymarketDoor
from tests.shared_book.drivers.heymarket_v2 import HeymarketUuidDoor
from tests.shared_book.drivers.inwise import InwiseDoor
from tests.shared_book.drivers.sendblue import SendblueDoor
from tests.shared_book.drivers.zipwhip import ZipwhipDoor

__all__ = [
    "CommandDoor",
    "Door",
    "HeymarketDoor",
    "HeymarketUuidDoor",
    "InwiseDoor",
    "SendblueDoor",
    "ZipwhipDoor",
]
