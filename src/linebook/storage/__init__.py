"""Where the book is kept: named SQL on SQLite or PostgreSQL behind one protocol. No rule about people lives here."""
