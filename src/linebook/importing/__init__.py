"""Carries files of contacts into the book: reads them beside the book's writers, and applies them among other work."""
