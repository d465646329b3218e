"""Checks of a row's questions: parsing, answers, certificates and splits."""
