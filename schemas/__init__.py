"""The words: events, the graph, topics, ids, the wire format, and the doors as Protocols.

Imports pydantic and msgpack, nothing of this project.
"""
