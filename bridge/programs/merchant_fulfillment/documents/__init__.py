"""Packages in EDI documents (856, DESADV, 940, ORDERS): what their mappings find, to events."""
