"""The test kit: models of true architecture, tiny and random."""
