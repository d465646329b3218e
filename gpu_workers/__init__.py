"""The work on pixels: render and examine, as handlers of batches. Knows no broker and no store client."""
