"""JSON lines: samples whole, and questions alone in the form that `skg eval --questions` reads."""
