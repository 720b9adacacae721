"""Tests of the wire dialects: what they share here, each platform in a package of its own."""
