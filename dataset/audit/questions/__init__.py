"""The questions of a row: read anew, answered anew, held to their certificates and their split."""
