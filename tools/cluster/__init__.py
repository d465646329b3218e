"""Builds the cluster that the tests of the chart run on; `tests.cluster` starts it."""
