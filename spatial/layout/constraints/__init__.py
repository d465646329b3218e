"""Relations as linear constraints over boxes, and proofs that some cannot hold together."""
