"""The sandbox's words, one file a resource: what it takes and answers. They are read and decide nothing."""
