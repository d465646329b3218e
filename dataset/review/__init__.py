"""Review by people: what they say of samples and questions, in a table beside the dataset."""

REVIEWER = "SKG_REVIEWER"
"""The environment variable that names who reviews. Whoever checks settings reads it here, without the table's libraries."""
