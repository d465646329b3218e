"""What rows of pictures of scenes in metres have more than others: camera, bodies, masks, depth."""
