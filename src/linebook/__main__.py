"""Lets `python -m linebook` be the command `linebook`, and nothing more."""

from __future__ import annotations

import sys

from linebook.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
