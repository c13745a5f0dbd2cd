"""The kinds of tables and values that settings have, for `config` and for the programs' own."""
