"""Spares the tests the garbage collector's walks over everything that pytest collected.

In: the end of collection.  Out: all objects that are there by then are left out of later walks (`gc.freeze`).
Without it each full walk visits some two million objects of modules and tests: of the quick unit tests it took 22 of 96 s
of processor time. What a test makes is collected as ever.
"""

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect nothing while modules are imported, once at the end, and those objects never again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
