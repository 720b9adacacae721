"""Tests of the carrier links by themselves."""
