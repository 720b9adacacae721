"""Tests of delivery on both engines, over the loopback carrier and over links that fail."""
