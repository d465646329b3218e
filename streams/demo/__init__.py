"""The whole factory on one machine: services, processes, seeds, progress, summary, gallery.

In: seeds and a folder.  Out: a dataset and a gallery in that folder, and an exit code.
"""

from streams.demo.demo_run import DemoOptions, run

__all__ = ["DemoOptions", "run"]
