"""What follows from relations, whether they can all hold, and the smallest repair where they cannot."""
