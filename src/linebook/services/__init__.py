"""The only writers. Each service is a plain function on a transaction that takes a list; every front door is their equal."""
