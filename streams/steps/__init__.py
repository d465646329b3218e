"""What each stage does with a record: decode, handle, publish or append, and dead letters."""
