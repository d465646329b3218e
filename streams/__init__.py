"""The processes, the clients of Kafka, S3 and language models, embedded services, and the `skg` command."""
