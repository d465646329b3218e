"""The dataset's columns: their names and types, which readers rely on.

In: nothing.  Out: one Arrow schema.
Does not fill the columns (`dataset.table.row_encoding`) and does not know the table (`dataset.table.delta_table`).
A column may be added later, at the end and nullable; none is ever renamed, retyped or dropped.
"""

import pyarrow as pa

BOX = pa.list_(pa.int32())
"""[x, y, width, height] in pixels of the row's image, origin top left."""

VECTOR = pa.list_(pa.float64())

MASK = pa.struct([("size", pa.list_(pa.int32())), ("counts", pa.string())])
"""COCO's compressed run lengths of what is visible; `size` is height and width."""

COVERS = pa.list_(pa.struct([("object", pa.int32()), ("share", pa.float64())]))
"""Other objects, each with the share of a thing's whole silhouette that it hides, 0 to 1."""

OBJECT = pa.struct(
    [
        ("id", pa.int32()),  # what relations and questions name; unique within the row
        ("category", pa.string()),
        ("attributes", pa.list_(pa.string())),
        ("box", BOX),  # of the visible pixels
        ("depth", pa.float64()),  # no unit, smaller is nearer
        ("visible", pa.float64()),  # share of the object's own area that is seen, 0 to 1
        # null where the picture is of no scene in metres; metres, in a right-handed world with z up
        ("position", VECTOR),  # x, y, z of the centre of the body's own box
        ("size", VECTOR),  # of that box: width across its front, depth, height
        ("heading", pa.float64()),  # degrees, where the depth axis points: counter-clockwise seen from above, 0 along +x
        ("has_front", pa.bool_()),  # the depth axis points where its front looks
        ("distance", pa.float64()),  # from the camera's centre to position
        ("mask", MASK),  # of the visible pixels
        ("amodal_box", VECTOR),  # [x, y, width, height] in pixels of the whole silhouette, cut by nothing but the frame
        ("support", pa.int32()),  # the object that carries or holds it; null for the ground, a wall, the ceiling, the air
        ("rotation", VECTOR),  # of what leans: 9 numbers, row-major, own axes to the world's; null for what is upright
        ("hidden_by", COVERS),  # what hides it; null where that is not known too
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
        # the pictures that it shows, in this order: 0 is image, 1 the first of views; null: it is asked about image alone
        ("views", pa.list_(pa.int32())),
    ]
)

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
"""The encoded file as it lies in the object store; the storage form of the Hugging Face Image feature."""

CAMERA = pa.struct(
    [
        ("intrinsics", VECTOR),  # fx, fy, cx, cy in pixels; pixel (0, 0) has its upper left corner at (0.0, 0.0)
        ("world_to_camera", VECTOR),  # 16 numbers, row-major; of the camera x points right, y down, z forward
    ]
)

ROOM = pa.struct([("left", pa.float64()), ("right", pa.float64()), ("back", pa.float64())])
"""Metres of the world: x of the left and of the right wall, y of the far one."""

DEPTH_MAP = pa.struct([("bytes", pa.binary())])
"""A 16-bit grey PNG of the picture's size: millimetres along the camera's z axis, 0 unknown or beyond 65.535 m."""

VIEW = pa.struct(
    [
        ("image", IMAGE),
        ("width", pa.int32()),  # pixels
        ("height", pa.int32()),
        ("camera", CAMERA),
        ("objects", pa.list_(OBJECT)),  # those of which anything is seen, with the ids that they have in the row
    ]
)
"""The picture of a further camera of the same scene."""

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
        ("camera", CAMERA),  # null where the picture is of no scene in metres
        ("depth_map", DEPTH_MAP),  # null there too, and where it was left out
        ("views", pa.list_(VIEW)),  # null where there is no further camera
        ("room", ROOM),  # null where the scene is no room in metres
        ("plain_ground", pa.bool_()),  # true: only the objects show how large things are; null outside of scenes in metres
    ]
)

PICTURES = ("image", "depth_map", "views")
"""Columns with encoded pictures: no texts."""

TEXTS = tuple(name for name in COLUMNS.names if name not in PICTURES)
