"""What the walk over all declared operations with another account's things needs: accounts, requests, and the table."""
