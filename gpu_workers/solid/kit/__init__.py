"""Shared parts of solid things: meshes in metres, and what they are made of. Needs numpy alone."""
