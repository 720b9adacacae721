"""The generated pages of `docs/`: made from declarations and the live schema, written or compared, never read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from linebook.docs.coverage import coverage_page
from linebook.docs.schema import schema_page
from linebook.docs.settings import settings_page

REPAIR: Final = "make coverage-page"
"""The command that writes stale pages anew."""

PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"coverage.md": coverage_page, "settings.md": settings_page, "schema.md": schema_page}
)
"""Every generated page by its name, with what makes it."""


def write_pages(folder: Path) -> list[Path]:
    """Write the pages that are not current; give their paths."""
    stale = stale_pages(folder)
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return list(stale)


def stale_pages(folder: Path) -> dict[Path, str]:
    """Give every page that is missing or not current, with the text that it should have."""
    wanted = {folder / name: make() for name, make in PAGES.items()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}
