from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest

from reconciler.engine.values import Secret
from reconciler.platform.redact import Redactor

DEBUGGED = """
import sys, tempfile, pathlib
from reconciler.sandbox import serve
from tests.platform import builders as b
folder = pathlib.Path(tempfile.mkdtemp())
with serve(folder / "x.sqlite") as server:
    world = b.open_world(server, "redact", folder)
    with world.clients:
        vault = b.named(b.VAULT, display_name="v")
        report = world.apply(b.agent("a"), vault, b.registration(needs=("agent/a",)), b.credential())
        assert report.ok, report
    print(world.access.api_key.reveal())
    print(world.access.registry.api_key.reveal())
"""


@pytest.fixture
def redactor() -> Redactor:
    made = Redactor()
    made.learn(Secret('tok"en\\1'))
    made.learn(Secret("short"))
    made.learn(Secret("shorter"))
    made.learn(None)
    made.learn(Secret(""))
    return made


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('a tok"en\\1 b', "a *** b"),
        ('{"token": "tok\\"en\\\\1"}', '{"token": "***"}'),
        (repr({"token": 'tok"en\\1'}), "{'token': '***'}"),
        ("shorter short", "*** ***"),
        ("nothing", "nothing"),
    ],
)
def test_secrets_are_masked_in_every_form(redactor: Redactor, text: str, masked: str) -> None:
    assert redactor.mask(text) == masked


def test_records_of_the_client_libraries_are_masked(
    redactor: Redactor, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("anthropic._base_client")
    caplog.set_level(logging.DEBUG)
    redactor.install()
    try:
        logger.debug("options: %s", {"token": "shorter"})
        try:
            raise ValueError("shorter")
        except ValueError:
            logger.debug("failed", exc_info=True)
    finally:
        redactor.remove()
    assert "shorter" not in caplog.text
    assert "options: {'token': '***'}" in caplog.text
    logger.debug("shorter")
    assert "shorter" in caplog.text


def test_the_one_time_key_is_in_no_debug_log() -> None:
    """The SDK logs whole requests with ANTHROPIC_LOG=debug; the key is recognised by its prefix."""
    environ = {**os.environ, "ANTHROPIC_LOG": "debug"}
    done = subprocess.run(
        [sys.executable, "-c", DEBUGGED], capture_output=True, text=True, env=environ
    )
    assert done.returncode == 0, done.stderr
    assert "/v1/vaults" in done.stderr and "'token': '***'" in done.stderr
    assert "ntro_sandboxkey_" not in done.stderr
    for key in done.stdout.split():
        assert key not in done.stderr
