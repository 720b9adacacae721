"""The wire dialects: each folder translates one platform's calls and takes no decision about people."""
