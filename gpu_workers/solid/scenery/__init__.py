"""What surrounds solid things: rooms, tables, open places, with their light."""
