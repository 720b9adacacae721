"""The command line: one file per noun. It works on services and the database itself, so a server need not run."""
