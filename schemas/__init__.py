"""The shared contracts: events, the graph, topics, ids, the wire format, and the interfaces as Protocols.

Imports pydantic and msgpack, nothing of this project.
"""
