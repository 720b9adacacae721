"""Tests of webhooks: real sockets on loopback, receivers that answer, refuse, hang and lie."""
