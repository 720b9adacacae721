"""Files in and out: tables, sheets and cards. It knows what a contact looks like in a file and stores nothing."""
