"""The dataset's columns: their names and types, which readers rely on.

In: nothing.  Out: one Arrow schema.
Does not fill the columns (`dataset.table.row_encoding`) and does not know the table (`dataset.table.delta_table`).
A column may be added later, at the end and nullable; none is ever renamed, retyped or dropped.
"""

import pyarrow as pa

BOX = pa.list_(pa.int32())
"""[x, y, width, height] in pixels of the row's image, origin top left."""

OBJECT = pa.struct(
    [
        ("id", pa.int32()),  # what relations and questions name; unique within the row
        ("category", pa.string()),
        ("attributes", pa.list_(pa.string())),
        ("box", BOX),  # of the visible pixels
        ("depth", pa.float64()),  # no unit, smaller is nearer
        ("visible", pa.float64()),  # share of the object's own area that is seen, 0 to 1
    ]
)

RELATION = pa.struct(
    [
        ("subject", pa.int32()),
        ("predicate", pa.string()),
        ("object", pa.int32()),  # null for an absolute place such as top_left
        ("drawn", pa.bool_()),  # carried out by the renderer, against derived from the boxes
        (
            "others",
            pa.list_(pa.int32()),
        ),  # further objects, as the second of what is between two; null where there are none
    ]
)

QUESTION = pa.struct(
    [
        ("id", pa.string()),
        ("question", pa.string()),
        (
            "answer",
            pa.string(),
        ),  # the text of one of the choices; without choices JSON of a box or point in pixels, or a text
        ("kind", pa.string()),
        ("choices", pa.list_(pa.string())),  # empty only where the kind is grounding or description
        ("objects", pa.list_(pa.int32())),
        ("certificate", pa.string()),  # JSON: the proof of the answer
    ]
)

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
"""The encoded file as it lies in the object store; the storage form of the Hugging Face Image feature."""

COLUMNS = pa.schema(
    [
        ("sample_id", pa.string()),
        ("image", IMAGE),
        ("width", pa.int32()),  # pixels
        ("height", pa.int32()),
        ("scene", pa.string()),
        ("objects", pa.list_(OBJECT)),
        ("relations", pa.list_(RELATION)),
        ("excluded", pa.list_(pa.string())),  # categories that are certainly not seen
        ("questions", pa.list_(QUESTION)),
        ("split", pa.string()),  # spatial.splits
        ("provenance", pa.string()),  # JSON: dataset.table.row_encoding
    ]
)
