"""Questions in English: into words, and back into queries."""
