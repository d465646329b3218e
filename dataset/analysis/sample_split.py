"""Which split a sample belongs to, as the dataset's readers and writers know it.

The functions are `spatial.splits`': the examiner needs them too, since it asks in each split only what belongs there.
"""

from spatial.splits import PER_MILLE, scene_hash, split_of

__all__ = ["PER_MILLE", "scene_hash", "split_of"]
