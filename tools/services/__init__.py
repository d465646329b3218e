"""Installs the real services that tests run against; `streams.services` starts what is installed."""
