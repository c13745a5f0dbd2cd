"""Events, states and business rules. Pure."""
