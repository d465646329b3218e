"""Drawings as data: shapes on a sheet of 100 by 100, painted with the pen in the look of the sprites."""
