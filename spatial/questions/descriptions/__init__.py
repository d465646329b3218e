"""Paragraphs about a picture: sentences that are each proven, and one that is wrong among others."""
