"""Size limits of events: every bound with its unit and its reason.

Plain numbers.  `schemas.base`, `schemas.graph`, `schemas.pictures` and `schemas.events` apply them to fields,
`schemas.codec` to bytes.  Values beyond them are errors, or would break consumers.
"""

MAX_WHOLE = 2**31 - 1
"""Ids and numbers of objects and graphs: the columns of the dataset hold 32 bits."""

MAX_LONG = 2**63 - 1
"""Random seeds (`schemas.ids.derived_seed`), offsets of Kafka, whole numbers in JSON: 64 bits with a sign."""

CANVAS_MIN, CANVAS_MAX = 16, 8192
"""Pixels of either side of a layout's canvas: no renderer draws beyond these."""

MAX_COORDINATE = 2 * CANVAS_MAX
"""Pixels, either way: a box may stick out of its canvas, and be twice as large as the largest one."""

OVERHANG = 2
"""A box's sides and its distance from the origin, in sides of its canvas: renderers scale an object's picture to it."""

MAX_DEPTH = 1e9
"""No unit, either way: beyond it a float cannot distinguish close depths."""

MAX_METRES = 10_000.0
"""Lengths and places in a scene in metres, either way: farther than a camera near the ground sees."""

LEAST_METRES = 0.0001
"""A tenth of a millimetre: thinner bodies have no sides that a camera could tell apart."""

MAX_CAMERA = 1e6
"""Either way, of a camera's numbers: pixels of its focal length and centre, and what moves the world before it."""

MAX_VIEWS = 4
"""Further cameras of one scene: each costs as much as a picture, and a question shows two."""

MAX_SECONDS = 604_800.0
"""A week: no picture takes longer to draw."""

MAX_ATTEMPT = 1_000
"""Pictures of one graph: ten times what SKG_RETRIES allows."""

MAX_IMAGE_BYTES = 2**28
"""256 MiB: the largest canvas without any compression. Readers hold a picture in memory."""

MAX_OBJECTS = 50
"""Objects in a graph."""

MAX_HELD_OUT_PER_MILLE = 400
"""Scenes in each of two hold-outs, of 1,000: a fifth at least is left to train on."""

MAX_SEEN = 500
"""Objects seen in a picture, including doubtful ones."""

MAX_RELATIONS = 5_000
"""Relations in a graph: four for every two of fifty objects."""

MAX_OTHERS = 10
"""Further objects of one relation: more than a person counts at a glance."""

MAX_SEEN_RELATIONS = 10_000
"""Relations in a picture: those of its graph, and three that its boxes show for every two of fifty objects."""

MAX_ATTRIBUTES = 16
"""Attributes of one object."""

MAX_EXCLUDED = 200
"""Categories stated as absent."""

MAX_ELEMENTS = 200
"""Words for what a backdrop shows."""

MAX_CHOICES = 20
"""Answers to choose from; a question has two to four."""

MAX_QUESTIONS = 100
"""Questions about one picture: geometry asks ten, models forty."""

MAX_CERTIFICATE_CHARS = 100_000
"""A proof names the boxes of all visible objects, once or twice."""

MAX_NAME_CHARS = 80
"""A word or a short phrase."""

MAX_TEXT_CHARS = 4_000
"""A sentence or a prompt."""

MAX_KEY_BYTES = 1_024
"""An object key: S3's own bound, of its UTF-8."""

MAX_KEY_PART_BYTES = 255
"""A part of a key between two slashes: stores that keep objects as files refuse longer ones."""

MAX_PARENTS = 16
"""Inputs of one result."""

MAX_NOTES = 64
"""Notes of one provenance."""

MAX_NOTE_CHARS = 65_536
"""One note: the ledger of a graph has a line for each of some hundred answers of language models."""

MAX_FAMILIES = 20
"""Weights of a seed; there are six families of relations."""

MAX_WEIGHT = 1e6
"""One such weight; only their ratios matter."""

MAX_REQUIREMENTS = 100
"""Objects, relations or exclusions that a seed requires: eight times the objects that it may have."""

MAX_JSON_DEPTH = 12
"""Levels of a JSON value inside an event; evidence has four, a user-made graph three."""

MAX_JSON_ITEMS = 20_000
"""All values in such a JSON value, without its keys."""

MAX_JSON_CHARS = 200_000
"""Characters of all its texts and keys together."""

MAX_PAYLOAD_BYTES = 2_097_152
"""A message's value, at most what producers send (`streams.broker.records.MAX_MESSAGE_BYTES`): larger ones are not
unpacked."""

MAX_SOURCE_BYTES = MAX_PAYLOAD_BYTES
"""The event that a rejection keeps."""
