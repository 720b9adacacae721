"""Sendblue's contract, seen from the wire."""
