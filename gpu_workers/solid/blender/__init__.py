"""The program that imports Blender. It runs in a process of its own; nothing here may be imported from elsewhere."""
