"""The sandbox that other people's test suites call."""
