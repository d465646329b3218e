"""What developers of this project run, and its users do not: no part of the package that is installed."""
