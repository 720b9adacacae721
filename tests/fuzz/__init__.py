"""Random and mutated requests against a running hub: `python -m tests.fuzz --cases N` (`make fuzz`)."""
