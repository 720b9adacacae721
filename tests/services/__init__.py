"""Tests of the services on both engines, straight on transactions: no event loop, no wire."""
