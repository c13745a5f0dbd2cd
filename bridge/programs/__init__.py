"""Amazon's fulfilment programs, a folder each; `contract` says what each declares."""
