"""The scene of a concept: its words, what names it, what chooses it, and what is on its walls and its ground."""
