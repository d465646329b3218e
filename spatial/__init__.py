"""The knowledge: relations, what follows from them, layouts that satisfy them, questions they answer.

Pure functions over `schemas`: no broker, no store, no clock.
"""
