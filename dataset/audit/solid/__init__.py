"""The audit of what only pictures of scenes in metres have."""
