"""Reading files beside the book, and working imports off."""
