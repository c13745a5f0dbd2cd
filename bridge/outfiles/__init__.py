"""Labels, slips, invoices and verdicts as named bytes. Pure."""
