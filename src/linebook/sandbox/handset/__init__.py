"""The demo's root page: the telephones that its lines text with. It shows what arrives, and answers."""
