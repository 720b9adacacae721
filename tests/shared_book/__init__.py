"""One book through four dialects and the command line: what is done through one door is so through all, at once."""
