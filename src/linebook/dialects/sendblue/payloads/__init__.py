"""Sendblue's words: what its requests mean in ours, and the shapes of its answers."""
