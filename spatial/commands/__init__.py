"""`skg spatial`: the knowledge as filters over JSON lines."""
