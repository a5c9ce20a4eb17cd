"""What all tests share: where the book stands, and one seeded generator."""

from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    """The folder of the book."""
    return ROOT


@pytest.fixture
def rng():
    """Random numbers that are the same in every run."""
    return np.random.default_rng(20130614)
