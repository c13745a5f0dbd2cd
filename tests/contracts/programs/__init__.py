"""Programs of the tests' own; `bridge.programs` finds them once `tests.contracts.small.install` has run."""
