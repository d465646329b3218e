"""Reads the tables: rows, the change feed, rejections, lineage, loading for training."""
