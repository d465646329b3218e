"""Commands before a factory runs: how large it must be, and which models fit."""
