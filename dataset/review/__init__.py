"""Review by people: what they say of samples and questions, in a table beside the dataset."""
