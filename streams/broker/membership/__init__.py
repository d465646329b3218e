"""Membership in consumer groups: a member that reads, and what its group assigns to it."""
