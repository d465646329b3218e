"""Builds the factory's images on a machine without a container engine; nothing here is shipped."""
