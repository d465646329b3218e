"""The door to language models: the client, its patience, its cache, its budget and its bill."""
