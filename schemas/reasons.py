"""The closed sets of gates and reasons that label rejections, dead letters and metrics.

Labels of metrics come only from here, so their cardinality is bounded.  Declares only.
"""

from collections.abc import Mapping

GATES = {
    "concept": "the seed's concept or user-made graph",
    "consistency": "the graph contradicts itself",
    "layout": "no boxes satisfy the graph",
    "image": "the picture as a file: hash, size, blank, dark, duplicate",
    "presence": "what should be seen is not, or what should not be seen is",
    "relation": "the picture breaks a relation of the graph",
    "questions": "what can be asked with proof",
    "judge": "a multimodal language model's verdict",
    "language": "a language model's answer",
}

REASONS = {
    "unknown_concept": "the concept matches no scene above the threshold",
    "invalid_graph": "a user-made graph names what does not exist",
    "unsatisfiable_options": "the seed's options cannot be met together",
    "contradiction": "relations exclude each other",
    "unsatisfiable": "no layout satisfies the relations, proven",
    "no_layout": "no layout was found within the limit",
    "hash_mismatch": "the stored object's bytes are not those that were announced",
    "missing_object": "an object of the graph is not visible enough",
    "extra_object": "an excluded or uncounted object is visible",
    "wrong_count": "a category is seen more or less often than the graph says",
    "violated_relation": "a relation of the graph does not hold in the picture",
    "blank": "the picture shows next to nothing",
    "too_dark": "the picture is too dark",
    "duplicate": "the picture or the graph was seen before",
    "no_questions": "no question with a safe margin can be asked",
    "bad_answer": "a model's answer stayed malformed after its repair rounds",
    "refused": "a model declined",
    "quality": "a judge found the picture's quality too low",
    "nsfw": "a classifier flagged the picture",
}

DEAD_LETTER_REASONS = {
    "undecodable": "the bytes are not an event of this topic",
    "wrong_major_version": "the event's major version is not known here",
    "missing_image": "the object that the event names is not in the store",
    "hash_mismatch": "the stored object's bytes are not those that the event announced",
    "held_out_share": "the sample belongs to a dataset that holds out another share of scenes",
    "oversize": "the result would exceed the broker's largest message",
    "failed": "processing raised an error that will never pass",
}

REJECTED_BY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "agents": {
        "concept": ("unknown_concept", "invalid_graph", "unsatisfiable_options"),
        "consistency": ("contradiction",),
        "layout": ("unsatisfiable", "no_layout"),
        "language": ("bad_answer", "refused"),
    },
    "examine": {
        "consistency": ("invalid_graph",),
        "image": ("hash_mismatch", "blank", "too_dark", "duplicate", "nsfw"),
        "presence": ("missing_object", "extra_object", "wrong_count"),
        "relation": ("violated_relation",),
        "questions": ("no_questions", "duplicate"),
        "judge": ("quality", "missing_object", "extra_object", "bad_answer", "refused"),
    },
}
"""Stage to gate to the reasons it gives: the series that are there, at zero, before the first rejection."""

OUTCOMES_OF = {"agents": ("rejected",), "examine": ("accepted", "salvaged", "retried", "rejected")}
"""Stage to what may become of a piece of its work, as a metric's label."""

SERVICES = {
    "broker": "Kafka",
    "store": "the object store",
    "table": "the dataset's table",
    "disk": "a disk, which is full",
    "model": "a language model's server",
    "other": "anything else that may pass",
}
"""What a process may wait for."""
