from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Server, serve
from tests.platform.builders import World, open_world

_WORKSPACES = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("platform") / "store.sqlite") as running:
        yield running


@pytest.fixture
def world(server: Server, tmp_path: Path) -> Iterator[World]:
    """A workspace that nothing else has used; faults and the request log are empty."""
    made = open_world(server, f"p{next(_WORKSPACES)}", tmp_path)
    server.set_faults([])
    server.clear_requests()
    with made.clients:
        yield made
    server.set_faults([])
