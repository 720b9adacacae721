"""The only writers: plain functions on a transaction that take a list. Every front door is their equal."""
