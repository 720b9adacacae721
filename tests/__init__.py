"""The tests of linebook, in the order of the source tree; the slow suites are packages of their own beside them."""
