"""One contact book and one set of texting lines, served through the wire dialects of four texting platforms."""

__version__ = "0.1.0"
