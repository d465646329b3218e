"""Planning with a language model: everything it says is read, checked, repaired or rejected. Knows no server."""
