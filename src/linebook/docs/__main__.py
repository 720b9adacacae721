"""Writes the generated pages of `docs/`, or says which of them are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from linebook.docs import REPAIR, stale_pages, write_pages

FOLDER: Final = Path(__file__).parents[3] / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` compare them; give the exit status: 0, 1 for a stale page, 2 for no folder."""
    parser = argparse.ArgumentParser(prog="python -m linebook.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is stale")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the pages are (default: the repository's docs)"
    )
    given = parser.parse_args(arguments)
    folder: Path = given.folder
    if not folder.is_dir():
        print(f"There is no folder {folder}: run this in a copy of the repository, or give --folder.", file=sys.stderr)
        return 2
    if not given.check:
        for path in write_pages(folder):
            print(f"Wrote {path}.")
        return 0
    stale = stale_pages(folder)
    for path in stale:
        state = "is not what the code says any more" if path.exists() else "is missing"
        print(f"{path} {state}: run `{REPAIR}`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
