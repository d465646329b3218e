"""The Delta Lake tables: written exactly once, kept in order."""
