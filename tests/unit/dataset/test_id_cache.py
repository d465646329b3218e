"""The ids on disk: a set that survives its process, and a file that is not believed when anything is odd."""

import pytest

from dataset.table.id_cache import CacheDamaged, IdCache

ID, OTHER = "0" * 31 + "1", "0" * 31 + "2"


def test_a_new_set_knows_nothing_and_has_no_version(tmp_path):
    seen = IdCache(tmp_path, "table")
    assert seen.known([ID]) == set()
    assert seen.version is None


def test_ids_and_version_survive_the_process(tmp_path):
    seen = IdCache(tmp_path, "table")
    seen.add([ID], 7)
    seen.close()
    again = IdCache(tmp_path, "table")
    assert again.known([ID, OTHER]) == {ID}
    assert again.version == 7


def test_ids_of_another_table_are_not_mixed_in(tmp_path):
    IdCache(tmp_path, "table").add([ID], 7)
    assert IdCache(tmp_path, "other").known([ID]) == set()


@pytest.mark.parametrize("odd", ["short", "F" * 32, "z" * 32, "0" * 40, "0" * 31 + "1-3"])
def test_an_id_of_any_form_is_told_from_every_other(tmp_path, odd):
    seen = IdCache(tmp_path, "table")
    seen.add([odd], 1)
    assert seen.known([odd, ID, odd + "0", odd[:-1]]) == {odd}


def test_filling_replaces_what_was_there(tmp_path):
    seen = IdCache(tmp_path, "table")
    seen.add([ID], 1)
    seen.fill([[OTHER], [OTHER]], 5)
    assert seen.known([ID, OTHER]) == {OTHER}
    assert seen.version == 5


def test_an_unfinished_filling_is_not_believed(tmp_path):
    def chunks():
        yield [ID]
        raise KeyboardInterrupt

    seen = IdCache(tmp_path, "table")
    seen.add([OTHER], 9)
    with pytest.raises(KeyboardInterrupt):
        seen.fill(chunks(), 10)
    assert seen.version is None
    seen.close()
    assert IdCache(tmp_path, "table").version is None


def test_filling_can_be_followed_by_adding(tmp_path):
    seen = IdCache(tmp_path, "table")
    seen.fill([[ID]], 1)
    seen.add([OTHER], 2)
    seen.close()
    again = IdCache(tmp_path, "table")
    assert again.known([ID, OTHER]) == {ID, OTHER}


@pytest.mark.parametrize("harm", ["overwritten", "cut", "emptied"])
def test_a_damaged_file_is_thrown_away(tmp_path, harm):
    seen = IdCache(tmp_path, "table")
    seen.fill([[f"{number:032x}" for number in range(5000)]], 3)
    seen.close()
    (file,) = tmp_path.glob("*.sqlite")
    whole = file.read_bytes()
    file.write_bytes({"overwritten": b"no database " * 1000, "cut": whole[: len(whole) // 2], "emptied": b""}[harm])
    again = IdCache(tmp_path, "table")
    assert again.version is None
    again.add([ID], 1)
    assert again.known([ID]) == {ID}


@pytest.mark.thorough
def test_damage_that_shows_later_is_told_and_thrown_away(tmp_path):
    seen = IdCache(tmp_path, "table")
    seen.fill([[f"{number:032x}" for number in range(200_000)]], 3)
    seen.close()
    again = IdCache(tmp_path, "table", cache_kib=16)
    (file,) = tmp_path.glob("*.sqlite")
    with file.open("r+b") as whole:
        whole.seek(4096)
        whole.write(b"\x00" * (file.stat().st_size - 4096))
    with pytest.raises(CacheDamaged):
        again.known(f"{number:032x}" for number in range(0, 200_000, 100))
    assert IdCache(tmp_path, "table").version is None


def test_a_file_that_another_process_holds_is_left_alone(tmp_path):
    one, other = IdCache(tmp_path, "table"), IdCache(tmp_path, "table")
    one.add([ID], 1)
    other.add([OTHER], 1)
    assert one.known([ID, OTHER]) == {ID}
    assert other.known([ID, OTHER]) == {OTHER}
