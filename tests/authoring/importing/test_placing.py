"""Objects appear whole, or not at all; what is there is not touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring.importing import placing
from reconciler.authoring.importing.draft import Unit
from reconciler.authoring.importing.home import Home, NoHome, home_at, home_in
from reconciler.authoring.importing.placing import STAGE, NotPlaced, in_the_way, place, placed
from reconciler.engine.address import Address


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "reconcile.yaml").write_text("version: 1\nproject: p\n")
    return home_at(tmp_path, None)


def unit(name: str, **files: bytes) -> Unit:
    named = {f"agents/{name}/{path.replace('_', '.')}": data for path, data in files.items()}
    return Unit(Address("agent", name), named)


def write(home: Home, *units: Unit) -> list[str]:
    return [str(one.address) for one in place(home, units, placed(home, units))]


def test_new_files_are_written(home: Home) -> None:
    assert write(home, unit("a", agent_yaml=b"x", prompt_md=b"y"), unit("b", agent_yaml=b"z")) == [
        "agent/a",
        "agent/b",
    ]
    assert (home.root / "agents/a/agent.yaml").read_bytes() == b"x"
    assert not (home.root / STAGE).exists()


def test_what_is_the_same_is_not_touched(home: Home) -> None:
    one = unit("a", agent_yaml=b"x")
    write(home, one)
    before = (home.root / "agents/a/agent.yaml").stat()
    (same,) = placed(home, [one])
    assert same.change == "unchanged" and in_the_way([same]) == ()
    write(home, one)
    assert (home.root / "agents/a/agent.yaml").stat() == before


def test_what_differs_is_in_the_way_and_other_files_stay(home: Home) -> None:
    write(home, unit("a", agent_yaml=b"old", notes_txt=b"mine"))
    changed = unit("a", agent_yaml=b"new")
    files = placed(home, [changed])
    assert [finding.code for finding in in_the_way(files)] == ["import.exists"]
    list(place(home, [changed], files))
    assert (home.root / "agents/a/agent.yaml").read_bytes() == b"new"
    assert (home.root / "agents/a/notes.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("after", range(3))
def test_a_folder_is_whole_or_not_there(
    home: Home, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Wherever the disk refuses."""
    write(home, unit("first", agent_yaml=b"x"))
    calls = 0

    def fail(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(placing.os, "fsync", fail)
    with pytest.raises(NotPlaced, match="No space"):
        write(home, unit("a", agent_yaml=b"x", prompt_md=b"y"))
    assert sorted(one.name for one in (home.root / "agents").iterdir()) == ["first"]
    assert not (home.root / STAGE).exists()


def test_a_definition_is_never_there_without_its_prompt(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder is there already, its files come one by one."""
    write(home, Unit(Address("agent", "a/b"), {"agents/a/b.agent.yaml": b"x"}))
    real, seen = placing.os.replace, list[str]()

    def killed(source: Path, target: Path) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(target.name)
        real(source, target)

    monkeypatch.setattr(placing.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write(home, unit("a", agent_yaml=b"x", prompt_md=b"y"))
    assert seen == ["prompt.md"] and not (home.root / "agents/a/agent.yaml").exists()


def test_what_a_killed_run_left_is_taken_away(home: Home) -> None:
    left = home.root / STAGE / "agents/a/agent.yaml"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    write(home, unit("a", agent_yaml=b"whole"))
    assert (home.root / "agents/a/agent.yaml").read_bytes() == b"whole"
    assert (home.root / ".reconcile/.gitignore").read_text() == "*\n"


def test_a_project_is_made(home: Home, tmp_path: Path) -> None:
    made = home_in(tmp_path / "new", home, "other")
    assert list(made.made) == ["reconcile.yaml"] and not (tmp_path / "new").exists()
    write(made, unit("a", agent_yaml=b"x"))
    again = home_in(tmp_path / "new", home, "other")
    assert again.project == "other" and not again.made and Address("agent", "a") in again.declared
    with pytest.raises(NoHome):
        home_in(tmp_path / "new", home, None)


def test_a_made_project_has_the_caller_s_target(tmp_path: Path) -> None:
    (tmp_path / "reconcile.yaml").write_text(
        "version: 1\nproject: p\ntargets:\n  prod:\n    expect: {workspace: wrkspc_1}\n"
        "    ntropii: {tenant: byng}\n    variables: {url: https://x.example.com}\n  test: {}\n"
    )
    made = home_in(tmp_path / "new", home_at(tmp_path, "prod"), None)
    assert made.target.expect.workspace == "wrkspc_1" and made.tenants == ("byng",)
    assert made.settings.variables == {"url": "https://x.example.com"}
    assert home_in(tmp_path / "bare", home_at(tmp_path, "test"), None).settings.name == "test"
