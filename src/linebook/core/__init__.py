"""The rules, without input or output: what a contact, a number, a consent is and how they change."""
