"""Published copies: a version of the dataset under a tag, in the Hugging Face layout, in a folder or an object store.

In: a snapshot, a tag, a place.  Out: `TAG/data/*.parquet`, `TAG/README.md`, `TAG/published.json`, and a `README.md` above
them by which `datasets.load_dataset(PLACE)` reads the newest tag and `load_dataset(PLACE, TAG)` any other.
"""

from dataset.publishing.places import FolderPlace, Place
from dataset.publishing.push_record import PushRecord
from dataset.publishing.push_run import PushRequest, begun_version, push

__all__ = ["FolderPlace", "Place", "PushRecord", "PushRequest", "begun_version", "push"]
