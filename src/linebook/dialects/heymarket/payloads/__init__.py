"""Heymarket's words: what its bodies mean in ours, and the shapes of its answers. One file a resource."""
