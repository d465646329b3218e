"""`skg spatial`: the spatial functions as commands over JSON lines."""
