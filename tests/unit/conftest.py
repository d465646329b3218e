"""What all unit tests share: none takes longer than its tier allows."""

from tests.fakes.cpu_bound import pytest_runtest_makereport, pytest_runtest_setup

__all__ = ["pytest_runtest_makereport", "pytest_runtest_setup"]
