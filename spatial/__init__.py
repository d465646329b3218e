"""Spatial knowledge: relations, inference over them, layouts that satisfy them, questions that they answer.

Pure functions over `schemas`: no broker, no store, no clock.
"""
