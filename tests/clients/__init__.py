"""The platforms' own published client programs, unchanged, against a live hub. Run by `make clients` alone."""
