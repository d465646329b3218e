"""Reading the tables: rows, changes as they come, rejections, lineage, what training code calls."""
