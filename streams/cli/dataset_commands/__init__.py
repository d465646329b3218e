"""`skg dataset`, `audit`, `eval`, `gallery`: the commands about the dataset."""
