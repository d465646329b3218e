"""The solid renderer: scenes in metres, built by code and path-traced by a Blender process of their own."""
