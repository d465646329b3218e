"""Pictures composed on the CPU: object sprites and drawn furniture on painted backdrops.

In: graphs with a layout.  Out: WebP files with the truth embedded.  Uses no broker and no store.
"""

from gpu_workers.collage.collage_renderer import CollageRenderer

__all__ = ["CollageRenderer"]
