"""Multimodal models that look at pictures: they may reject and propose, and are believed in nothing. Knows no server."""
