"""The decisions on text: seed to scene, objects, graph, layout. Knows no broker and no pixels."""
