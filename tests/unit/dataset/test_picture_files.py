"""Pictures of an export: each is written once, however many questions show it."""

from pathlib import Path

from dataset.exports.files.picture_files import save, save_views

ROW = {
    "sample_id": "ab-1",
    "image": {"path": "x.webp", "bytes": b"front"},
    "views": [{"image": {"path": "y.png", "bytes": b"side"}}],
}


def test_a_picture_that_several_questions_show_is_written_once(tmp_path: Path):
    folder = tmp_path / "images"
    assert save(ROW, folder) == "images/ab-1.webp"
    assert (folder / "ab-1.webp").read_bytes() == b"front"
    (folder / "ab-1.webp").write_bytes(b"not touched again")
    assert save_views(ROW, (0, 1), folder) == ["images/ab-1.webp", "images/ab-1-view1.png"]
    assert (folder / "ab-1.webp").read_bytes() == b"not touched again"
    assert (folder / "ab-1-view1.png").read_bytes() == b"side"
