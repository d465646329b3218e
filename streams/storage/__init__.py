"""The object store, and what a table already holds."""
