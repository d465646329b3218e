"""The object store, and the ids in a table."""
