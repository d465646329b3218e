"""Where things stand on the ground, how large they look there, and how far away."""
