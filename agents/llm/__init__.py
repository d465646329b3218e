"""Planning with a language model: every answer is parsed, checked, and repaired or rejected. Knows no server."""
