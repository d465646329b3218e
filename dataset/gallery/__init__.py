"""The gallery: samples, rejections and the running factory, to look at.

In: the table's address.  Out: a folder that opens from disk (`write_gallery`), or a web application
(`dataset.gallery.server`).  Knows no broker: what publishes and watches is handed in (`dataset.gallery.doors`).
"""

from dataset.gallery.static import write_gallery

__all__ = ["write_gallery"]
