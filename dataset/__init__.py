"""What grows: the Delta Lake table of samples, its splits, its readers, its gallery. Knows no broker."""
