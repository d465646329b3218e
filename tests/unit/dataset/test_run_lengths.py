"""Masks as run lengths: what is written is what COCO's own library writes, and reads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from dataset.audit.solid.stated_masks import read_mask
from dataset.solid.run_lengths import mask_of, run_lengths

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.booleans())


@given(MASKS)
def test_run_lengths_are_those_of_pycocotools_and_give_the_mask_back(mask: np.ndarray):
    written = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert run_lengths(mask) == {"size": list(mask.shape), "counts": written["counts"].decode()}
    assert np.array_equal(mask_of(run_lengths(mask)), mask)
    assert np.array_equal(read_mask(run_lengths(mask), mask.shape[::-1]), mask)


@pytest.mark.parametrize("full", [False, True])
def test_masks_that_are_all_empty_or_all_full_and_large_ones_are_too(full: bool):
    mask = np.full((700, 1100), full)
    mask[300:500, 200:900] ^= True
    for one in (mask, np.full((700, 1100), full)):
        assert run_lengths(one)["counts"] == coco.encode(np.asfortranarray(one.astype(np.uint8)))["counts"].decode()
        assert np.array_equal(mask_of(run_lengths(one)), one)


@pytest.mark.parametrize("counts", ["", "5", "1\x7f", "P", "999999"])
def test_what_does_not_cover_a_picture_is_no_mask(counts: str):
    with pytest.raises(ValueError, match=r"its|cover"):
        read_mask({"size": [3, 4], "counts": counts}, (4, 3))
