"""Orders in EDI documents (940, ORDERS): what their mappings find, to the same events as of flat files."""
