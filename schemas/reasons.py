"""The closed sets of gates and reasons that label rejections, dead letters and metrics.

Labels of metrics come only from here, so their cardinality is bounded.  Declares only.
"""

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
