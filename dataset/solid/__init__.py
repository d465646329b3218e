"""The additional columns of scenes in metres: camera, bodies, masks, depth."""
