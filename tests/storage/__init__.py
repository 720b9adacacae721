"""Tests of the storage on both engines: schema, statements, migrations, transactions, the gate."""
