"""The predicates: their truth rules over boxes, their phrases, and which hold in a scene."""
