"""Exports: the dataset in the forms that training and evaluation programs read.

In: a snapshot, or one split of it.  Out: a folder in one of `FORMATS`.
Memory is bounded by a batch of rows; an export has one version of the table and does not grow.
"""

from dataset.exports.export_source import Source
from dataset.exports.formats import FORMATS, Format, export

__all__ = ["FORMATS", "Format", "Source", "export"]
