"""Kills the hub without warning while it works, and counts what is left. Run on demand by `make crash`."""
