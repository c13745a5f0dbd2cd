"""The truth: schema, migrations, one store."""
