"""What several suites need: servers to test against, builders and runners; it holds no test of the product itself."""
