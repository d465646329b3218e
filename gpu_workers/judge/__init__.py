"""Multimodal models that judge pictures: they may reject and propose; geometry decides. Independent of the server."""
