"""Zipwhip's words: what its parameters mean in ours, and the shapes of its answers. One file a resource."""
