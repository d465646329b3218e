"""`skg dataset`, `audit`, `eval`, `gallery`: the commands about what has grown."""
