"""Questions in English: realisation of queries, and parsing back into queries."""
