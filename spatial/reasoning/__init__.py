"""Inference over relations: what follows, whether all can hold, and the smallest repair where they cannot."""
