"""The gallery: samples, rejections and the running factory, to look at.

In: the table's address.  Out: a folder that opens from disk (`write_gallery`), or a web application
(`dataset.gallery.web_app`).  Knows no broker: what publishes and watches is handed in (`dataset.gallery.interfaces`).
"""

from dataset.gallery.static_pages import write_gallery

__all__ = ["write_gallery"]
