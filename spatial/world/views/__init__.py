"""How cameras see a world: viewpoints, crops, whole rooms, further cameras of the same things."""
