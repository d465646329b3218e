"""How the factory talks to Kafka: connections, clients, consumers, topics and groups."""
