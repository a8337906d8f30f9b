"""`sandbox` with faults, a clock, a seed, a log and a store that is filled at the start."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reconciler.cli import main
from reconciler.sandbox import serve
from tests.cli.test_sandbox_command import serving

HEADERS = {
    "anthropic-version": "2026-10-21",
    "anthropic-beta": "managed-agents-2026-04-01",
    "content-type": "application/json",
}


class Platform:
    """A running command, asked without any client library."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        key = {"x-api-key": self.environment["ANTHROPIC_API_KEY"]}
        request = urllib.request.Request(
            self.environment["ANTHROPIC_BASE_URL"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**HEADERS, **key, **headers},
        )
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@contextmanager
def platform(folder: Path, *args: str) -> Iterator[Platform]:
    with serving(folder, "--format", "json", *args) as process:
        assert process.stdout
        read = ""
        while not read.endswith("\n}\n"):
            line = process.stdout.readline()
            assert line, "it ended"
            read += line
        yield Platform(json.loads(read)["environment"])


AGENT = {"name": "a", "model": "claude-sonnet-5"}


def test_everything_can_be_asked_for_on_the_command_line(tmp_path: Path) -> None:
    with serve(tmp_path / "other.sqlite") as other:
        dump = other.dump()
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "one.json").write_text(json.dumps(dump))
    log = tmp_path / "log.jsonl"
    with platform(
        tmp_path,
        "--fault", "status 529 path=^/v1/agents$ method=POST count=1",
        "--fault", "latency 0 jitter=0.001",
        "--clock", "2030-01-01T00:00:00Z step=1",
        "--seed", "x", "--log", str(log), "--seed-from", str(tmp_path / "dumps"),
    ) as running:  # fmt: skip
        assert running.ask("POST", "/v1/agents", AGENT)[0] == 529
        status, agent = running.ask("POST", "/v1/agents", AGENT)
        assert (status, agent["created_at"]) == (200, "2030-01-01T00:00:01.000000Z")
        assert running.ask("GET", "/v1/agents", host="evil.example")[0] == 403
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["status"] for one in entries] == [529, 200]
    kinds = [[fault["kind"] for fault in one["faults"]] for one in entries]
    assert kinds == [["status", "latency"], ["latency"]]
    with platform(tmp_path, "--db", str(tmp_path / "again"), "--replay", str(log)) as running:
        assert running.ask("POST", "/v1/agents", AGENT)[0] == 529
        assert running.ask("POST", "/v1/agents", AGENT)[0] == 200


def test_a_store_is_filled_from_a_dump(tmp_path: Path) -> None:
    with platform(tmp_path, "--db", str(tmp_path / "one")) as running:
        running.ask("POST", "/v1/agents", AGENT)
        (tmp_path / "dump.json").write_text(json.dumps(running.ask("GET", "/_sandbox/dump")[1]))
        listed = running.ask("GET", "/v1/agents")
    dump = str(tmp_path / "dump.json")
    for _ in range(2):
        with platform(tmp_path, "--db", str(tmp_path / "two"), "--seed-from", dump) as running:
            assert running.ask("GET", "/v1/agents") == listed


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--fault", "explode", "must be one of"),
        ("--fault", "latency", "Field required"),
        ("--clock", "soon", "RFC 3339"),
        ("--clock", "2030-01-01T00:00:00Z stride=1", "stride"),
        ("--clock", "2030-01-01T00:00:00Z step=x", "step=SECONDS"),
        ("--replay", "text", "not a log"),
        ("--replay", "list", "not a log"),
        ("--replay", "badlog", "must be one of"),
        ("--seed-from", "text", "not JSON"),
        ("--seed-from", "list", "valid object"),
        ("--seed-from", "empty", "no *.json"),
        ("--seed-from", "nowhere", "does not exist"),
        ("--log", "nowhere/log", "No such file"),
    ],
)
def test_what_can_not_be_understood_is_a_wrong_use(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    (tmp_path / "text").write_text("{")
    (tmp_path / "list").write_text("[]")
    (tmp_path / "badlog").write_text('{"faults": [{"kind": "explode"}]}\n')
    (tmp_path / "empty").mkdir()
    files = ("--replay", "--seed-from", "--log")
    given = str(tmp_path / value) if option in files else value
    arguments = ["sandbox", "--project-dir", str(tmp_path), option, given]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 64
    assert option in result.output and said in " ".join(result.output.split())
