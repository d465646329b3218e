"""The audit of the additional columns of scenes in metres."""
