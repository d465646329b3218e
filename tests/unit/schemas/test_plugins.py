"""A table takes the rows of installed distributions, and says in one line which of them it cannot use."""

from pathlib import Path

import pytest

from schemas.plugins import PluginError, PluginTable
from tests.fakes.plugins import install

GROUP = "skg.numbers"
OWN = {"one": 1, "two": 2}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PluginTable[int]:
    monkeypatch.syspath_prepend(str(tmp_path))
    return PluginTable(GROUP, OWN, int)


def test_a_table_without_plugins_has_the_packages_own_rows(table: PluginTable[int]):
    assert dict(table) == OWN
    assert "three" not in table
    assert len(table) == 2


def test_a_plugin_stands_behind_the_packages_own_rows(table: PluginTable[int], tmp_path: Path):
    install(tmp_path, "toy_numbers", {GROUP: {"three": "toy_numbers:THREE"}}, "THREE = 3")
    assert dict(table) == {**OWN, "three": 3}
    assert list(table) == ["one", "two", "three"]


def test_a_plugin_that_cannot_be_imported_spoils_nothing_until_it_is_asked_for(table: PluginTable[int], tmp_path: Path):
    install(tmp_path, "toy_broken", {GROUP: {"three": "toy_broken:THREE"}}, "import there_is_no_such_module")
    assert "three" in table
    assert table["one"] == 1
    with pytest.raises(PluginError, match=r"'three'.*toy_broken 1\.0 cannot be loaded: ModuleNotFoundError"):
        table["three"]


def test_a_plugin_that_is_installed_or_uninstalled_later_is_seen_when_the_table_looks_again(
    table: PluginTable[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert dict(table) == OWN
    site = install(tmp_path / "site", "toy_later", {GROUP: {"three": "toy_later:THREE"}}, "THREE = 3")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(site))
        table.rediscover()
        assert dict(table) == {**OWN, "three": 3}
    table.rediscover()
    assert dict(table) == OWN


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "AttributeError"),
        ("THREE = 1 / 0", "ZeroDivisionError"),
        ("THREE = (", "SyntaxError"),
        ("THREE = 'three'", "is a str: a int is needed"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_one_line(table: PluginTable[int], tmp_path: Path, code: str, why: str):
    name = f"toy_wrong_{len(why)}"
    install(tmp_path, name, {GROUP: {"three": f"{name}:THREE"}}, code)
    with pytest.raises(PluginError, match=why) as raised:
        table["three"]
    assert f"{name} 1.0" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_plugin_must_not_take_the_name_of_a_row_of_the_package(table: PluginTable[int], tmp_path: Path):
    install(tmp_path, "toy_clash", {GROUP: {"two": "toy_clash:TWO"}}, "TWO = 22")
    with pytest.raises(PluginError, match=r"'two'.*toy_clash 1\.0 has a name that the package itself uses"):
        list(table)


def test_two_plugins_must_not_have_one_name(table: PluginTable[int], tmp_path: Path):
    for name in ("toy_first", "toy_second"):
        install(tmp_path, name, {GROUP: {"three": f"{name}:THREE"}}, "THREE = 3")
    with pytest.raises(PluginError, match=r"of toy_second 1\.0 has the name of .* of toy_first 1\.0"):
        list(table)
