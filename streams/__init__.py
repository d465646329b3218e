"""The carriers and the doors to the outside: Kafka, S3, embedded services, and the `skg` command."""
