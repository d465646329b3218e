"""The kinds of faults of a dataset.

In: nothing.  Out: the closed set of kinds, and the value for one fault.
"""

from dataclasses import dataclass

KINDS = {
    "unreadable_file": "a file of the dataset cannot be read",
    "missing_column": "a file lacks a column of the dataset",
    "unreadable_row": "a row's values are not of the form that readers rely on",
    "duplicate_sample": "a sample id is there twice",
    "sample_id": "the sample id does not follow from the picture's id",
    "provenance": "the provenance is no JSON object, or contradicts the row",
    "graph_id": "the graph's id does not follow from the graph: one of the two was changed",
    "image_id": "the picture's id does not follow from graph, renderer, parameters and attempt",
    "image_hash": "the picture's bytes are not those that the provenance names",
    "unreadable_image": "the picture cannot be decoded",
    "image_size": "width or height are not those of the picture",
    "painted_over": "an object's place in the picture does not look as when it was examined, or shows nothing at all",
    "box": "a box leaves the picture, is empty, or is not the one that the picture's own record has",
    "object": "an object is not the one that the picture's own record or the graph has",
    "camera": "the camera is not the planned one, or bodies have none",
    "body": "an object's place, size, heading, front, support or distance is not the planned one, or does not follow",
    "plain_ground": "the ground is said to be plain and was not planned so, or the other way round, or neither is said",
    "room": "the walls of a room are not the planned ones, or left out",
    "amodal_box": "the box of the whole silhouette is not the one in the picture's file, or contradicts body or mask",
    "hidden_by": "what hides an object is not what the picture's file says, or covers less of it than is said",
    "mask": "a mask cannot be read, is not bounded by the box, or is not the one in the picture's file",
    "depth_map": "the depth map is no 16-bit PNG of the picture's size, or lies about how far bodies are",
    "view": "there are other views than were stored and planned",
    "relation": "a relation does not hold for the boxes and depths, or was not drawn",
    "missing_relation": "the boxes and depths show a relation that the row does not state",
    "excluded": "a category that is said to be absent is in the picture, or was not excluded by the graph",
    "answer": "the scene does not entail the answer",
    "choices": "the answer is not exactly one of the choices, two of them say the same, or one is no answer to this",
    "question_kind": "the question is of another kind than is said",
    "question_objects": "the objects that the question is said to be about are not those that its words mean",
    "question_id": "the question's id does not follow from its text",
    "question_views": "the question shows other pictures than there are, or than its words ask about",
    "missing_twin": "of a question that one picture does not answer, no other picture of the sample answers the same words",
    "duplicate_question": "a sample asks the same twice",
    "certificate": "the certificate is of another question, lacks something, or says what the row or the words do not",
    "split": "the sample is in another split than its scene's",
    "scene_hash": "the provenance names another scene's hash",
    "question_split": "the question belongs to another split",
    "shared_scene": "the same scene is in two splits",
    "shared_pair": "the same pair of categories is asked about, in the same family of relations, in two splits",
    "shared_picture": "pictures that look the same are in two splits",
    "shared_question": "the same question text is in two splits",
}
"""Kind to meaning; the names are stable."""


@dataclass(frozen=True)
class Fault:
    """One fault: `kind` is of `KINDS`, `sample` an id (or a file's path), `detail` a short text for people."""

    kind: str
    sample: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}\t{self.sample}\t{self.detail}"
