"""Answer rules of the kinds that compare several things."""
