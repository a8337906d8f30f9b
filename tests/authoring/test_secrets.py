"""Secrets are found in whatever is read, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.engine.secret_shapes import masked, may_hold_secret, sightings
from tests.authoring.support import SKILL, loaded

LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"
BASE32 = "QW3RT6YU2OP5ASD7"
# Put together here, so that no file of this repository holds anything that looks like a key.
SECRETS = [
    "sk-" + "ant-api03-" + LETTERS,
    "ntro" + "_live_" + LETTERS,
    "sk-" + "proj-" + LETTERS * 2,
    "AK" + "IA" + BASE32,
    "AS" + "IA" + BASE32,
    "gh" + "p_" + LETTERS + LETTERS[:10],
    "github" + "_pat_" + LETTERS * 3,
    "gl" + "pat-" + LETTERS,
    "xox" + "b-" + "123-" + LETTERS,
    "hooks.slack." + "com/services/" + "T0AB/B0CD/" + LETTERS,
    "AI" + "za" + LETTERS + LETTERS[:8],
    "sk" + "_live_" + LETTERS,
    "np" + "m_" + LETTERS + LETTERS[:9],
    "-----BEGIN RSA " + "PRIVATE KEY-----\n" + LETTERS * 2,
]
NO_SECRETS = [
    "sk-" + "ant-...",
    "sk-" + "ant-api03-" + "x" * 40,
    "Call ntro_tasks_list_files_of_a_workflow, then ntro_task_get.",
    "AK" + "IAIOSFODNN7" + "EXAMPLE",
    "gh" + "p_" + "a" * 36,
    "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----",
    "the prefix AKIA, and ghp_ and xoxb- of tokens",
    "MAKIA" + BASE32,
]
A = "agents/a/agent.yaml"


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_a_secret(tmp_path: Path, secret: str) -> None:
    [seen] = sightings(f"Use {secret} here.")
    assert (seen.start, seen.end) == (4, 4 + len(secret))
    assert may_hold_secret(secret.encode())
    assert masked(f"a {secret} b") == "a *** b"
    result = loaded(
        tmp_path, {A: "model: m\n", "agents/a/system-prompt.md": f"Hi.\n Use {secret}\n"}
    )
    [finding] = result.findings
    assert (finding.code, finding.severity) == ("secret.in_file", "error")
    assert str(finding.span) == "agents/a/system-prompt.md:2:6"
    assert secret not in finding.message + finding.hint
    assert result.desired is None


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_only_looks_like_one(text: str) -> None:
    assert list(sightings(text)) == []
    assert masked(text) == text


@pytest.mark.parametrize(
    "file",
    [A, "reconcile.yaml", "environments/e.yaml", "skills/x/SKILL.md", "skills/x/deep/run.py",
     "agents/a/knowledge/k.md"],
)  # fmt: skip
def test_every_file_that_is_read(tmp_path: Path, file: str) -> None:
    files = {
        "reconcile.yaml": "version: 1\nproject: demo\n",
        A: "model: m\n",
        "environments/e.yaml": "name: e\n",
        "skills/x/SKILL.md": SKILL.format(name="x"),
        "skills/x/deep/run.py": "print()\n",
        "agents/a/knowledge/k.md": "Fact.\n",
    }
    lines = files[file].count("\n")
    result = loaded(tmp_path, {**files, file: files[file] + "# " + SECRETS[0] + "\n"})
    assert [str(item.span) for item in result.findings] == [f"{file}:{lines + 1}:3"]
