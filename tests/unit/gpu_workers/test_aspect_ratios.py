"""The tool that measures sprites for the knowledge base."""

import json

from PIL import Image

from gpu_workers.collage.sprites.aspect_ratios import main


def test_the_aspect_of_a_sprite_is_that_of_its_visible_part_and_drawn_things_keep_theirs(tmp_path, capsys):
    sprite = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    sprite.paste((200, 30, 30, 255), (50, 100, 170, 160))
    sprite.save(tmp_path / "1f408.webp", lossless=True)
    rows = [{"name": "cat", "sprite": "1f408", "aspect": 1.0}, {"name": "table", "drawn": True, "aspect": 1.9}]
    data = tmp_path / "categories_some.json"
    data.write_text(json.dumps(rows))

    assert main([str(tmp_path), str(tmp_path)]) == 0
    assert json.loads(data.read_text()) == rows, "it only prints unless told to write"
    assert "cat: 1.0 → 2.0" in capsys.readouterr().out

    assert main([str(tmp_path), str(tmp_path), "--write"]) == 0
    assert [row["aspect"] for row in json.loads(data.read_text())] == [2.0, 1.9]
    assert data.read_text().count("\n") == 4, "one row a line"


def test_it_explains_itself_when_called_wrongly(capsys):
    assert main([]) == 2
    assert "SPRITES KNOWLEDGE" in capsys.readouterr().err
