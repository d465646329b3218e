"""The gallery: shows the dataset, what was rejected, evaluations and the running factory in a browser.

In: the table's address.  Out: a folder that opens from disk (`write_gallery`), or a web application
(`dataset.gallery.web_app`).  Imports no broker client: publisher and monitor are passed in (`dataset.gallery.interfaces`).
"""

from dataset.gallery.static_pages import write_gallery

__all__ = ["write_gallery"]
