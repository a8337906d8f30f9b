"""Letting go of a live object: its marker is taken off, everything else stays."""

from __future__ import annotations

import threading
from typing import Any

from reconciler.engine.live import MARKER_KEY, LiveObject
from reconciler.platform import wire
from reconciler.platform.clients import Clients

_NOTHING: dict[str, Any] = {"metadata": {MARKER_KEY: None}}


def unmark(clients: Clients, item: LiveObject) -> bool:
    """Take the marker off; False if the object has none that could be taken off: a skill's label
    is fixed for its life, a registry row has no metadata. A null deletes a metadata key (SDK).

    Raises PlatformError if the write fails; an agent changed meanwhile is Moved.
    """
    if item.marker is None or item.kind not in ("agent", "environment", "vault", "credential"):
        return False
    patience = wire.Patience(
        clients.clock, clients.limits.patience, threading.Event(), lambda _: None
    )
    wire.write(clients, lambda sdk: _send(sdk, item), kind=item.kind, patience=patience)
    return True


def _send(sdk: Any, item: LiveObject) -> Any:
    beta = sdk.beta
    if item.kind == "agent":
        update = beta.agents.with_raw_response.update
        return update(item.id, version=item.version, **_NOTHING)
    if item.kind == "environment":
        return beta.environments.with_raw_response.update(item.id, **_NOTHING)
    if item.kind == "vault":
        return beta.vaults.with_raw_response.update(item.id, **_NOTHING)
    update = beta.vaults.credentials.with_raw_response.update
    return update(item.id, vault_id=item.parent, **_NOTHING)
