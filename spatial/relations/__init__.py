"""The predicates: what they mean over boxes, what they are called, and which hold in a scene."""
