"""The words by which a person asks for silence, for texts again, or for help. The whole text is the word. No I/O."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

WORD_MAX: Final = 40
"""A text of more characters is no such word, and is not looked at closer."""


class WordEffect(enum.StrEnum):
    """What a word asks for."""

    STOP = "stop"
    """Silence: from this line, or from all of them where the account says so."""
    STOP_ALL = "stop_all"
    """Silence from every line."""
    START = "start"
    """Texts again."""
    HELP = "help"
    """To be told who texts here and how to end it."""


_WORDS: Final = {
    WordEffect.STOP: (
        "STOP",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPT OUT",
        "OPTOUT",
        "OPT-OUT",
        "ARRET",
        "ARRÊT",
        "הסר",
    ),
    WordEffect.STOP_ALL: ("STOPALL", "STOP ALL"),
    WordEffect.START: ("START", "YES", "UNSTOP", "NONARRET", "NONARRÊT"),
    WordEffect.HELP: ("HELP",),
}

_AROUND: Final = " .,!?\"'`´‘’“”„«»()[]<>*_-"
"""What is dropped from both ends: a person who texts `Stop.` wants silence."""


def word_of(text: str) -> str:
    """Give the form under which two spellings of a word are the same.

    Compatibility forms are made plain, case is folded, blanks are joined. What surrounds the word is dropped, and so
    are characters without a form of their own, which keyboards put around writing from right to left.
    """
    if len(text) > WORD_MAX:
        return ""
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(one for one in plain if unicodedata.category(one) not in {"Cf", "Cc"} or one.isspace())
    return unicodedata.normalize("NFC", " ".join(seen.split())).strip(_AROUND)


DEFAULT_WORDS: Final[Mapping[str, WordEffect]] = MappingProxyType(
    {word_of(word): effect for effect, words in _WORDS.items() for word in words}
)
"""The words that an account begins with, in the form of `word_of`."""


class StopWords:
    """The words of one account."""

    def __init__(self, changes: Iterable[tuple[str, WordEffect | None]] = ()) -> None:
        """Begin with the default; each change adds a word, gives it another effect, or takes it away (None)."""
        words = dict(DEFAULT_WORDS)
        for word, effect in changes:
            if effect is None:
                words.pop(word_of(word), None)
            else:
                words[word_of(word)] = effect
        words.pop("", None)
        self._words = words

    def effect_of(self, text: str) -> WordEffect | None:
        """Give what the whole text asks for; None for any other text."""
        return self._words.get(word_of(text))
