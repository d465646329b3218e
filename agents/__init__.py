"""Planning: from a seed to a scene, objects, a graph and its layout. Knows no broker and no pixels."""
