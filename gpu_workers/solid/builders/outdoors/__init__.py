"""Builders of what stands and drives in streets, gardens and on water."""
