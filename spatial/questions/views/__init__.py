"""Questions that show two pictures of one scene: how the camera moved, and what is where in the other picture."""
