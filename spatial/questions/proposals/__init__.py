"""Where in a scene a question might be asked."""
