"""The platform's words, by resource: what its members mean in ours, and the shapes of its answers."""
