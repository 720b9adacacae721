"""Tests of the Heymarket dialect."""
