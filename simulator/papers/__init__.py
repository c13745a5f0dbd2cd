"""What the stand-in prints: labels as pictures or ZPL, packing slips and invoices as PDF. No I/O."""
