"""Outcomes of requests, and replays of what failed or was rejected."""
