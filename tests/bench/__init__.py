"""Measurements, run on demand by `make bench`. They print figures and ratios within one run; they assert nothing."""
