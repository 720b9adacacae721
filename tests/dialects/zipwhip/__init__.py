"""Tests of the Zipwhip dialect: its form, its cases, and the situations that need more than one request."""
