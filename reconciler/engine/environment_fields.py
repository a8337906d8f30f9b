"""An environment as a flat map of fields, and the body that changes it.

Field paths: name, description, scope, config.type, config.networking, config.packages.<manager>,
metadata.<key>. Updates merge inside `config` (SDK, `environment_update_params.py`); whether
`packages` merges per manager is not documented, so all six lists are always sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.engine.agent_fields import metadata_patch, normalise_metadata
from reconciler.engine.values import Body, Value

MANAGERS = ("apt", "cargo", "gem", "go", "npm", "pip")
CLEARED: Mapping[str, Value] = {
    "description": "",
    "config.networking": {"type": "unrestricted"},
    **{f"config.packages.{manager}": [] for manager in MANAGERS},
}


def normalise_environment(body: Body) -> dict[str, Value]:
    """The fields of a desired body or of a live answer; lists of hosts and packages are sets."""
    fields: dict[str, Value] = {}
    for path in ("name", "scope"):
        if body.get(path) is not None:
            fields[path] = body[path]
    if "description" in body:
        fields["description"] = (body["description"] or "").replace("\r\n", "\n")
    config = body.get("config")
    if config is not None:
        fields["config.type"] = config.get("type")
        if config.get("networking") is not None:
            fields["config.networking"] = _networking(config["networking"])
        for manager, packages in (config.get("packages") or {}).items():
            if manager in MANAGERS and packages is not None:
                fields[f"config.packages.{manager}"] = sorted(packages)
    return fields | normalise_metadata(body.get("metadata"))


def _networking(networking: Mapping[str, Any]) -> dict[str, Value]:
    """`limited` comes back with both flags filled with false (recorded)."""
    if networking["type"] != "limited":
        return {"type": networking["type"]}
    return {
        "type": "limited",
        "allowed_hosts": sorted(networking.get("allowed_hosts") or []),
        "allow_mcp_servers": bool(networking.get("allow_mcp_servers")),
        "allow_package_managers": bool(networking.get("allow_package_managers")),
    }


def update_environment(
    desired: Body, live: Body, owned: Mapping[str, Value], changed: Iterable[str]
) -> dict[str, Value]:
    """The update body that sets the changed paths and leaves all else as it is."""
    changed = sorted(changed)
    body: dict[str, Value] = {}
    for path in ("name", "description", "scope"):
        if path in changed:
            body[path] = owned[path]
    if any(path.startswith("config.") for path in changed):
        body["config"] = _config_body(live, owned)
    if any(path.startswith("metadata.") for path in changed):
        body["metadata"] = metadata_patch(owned, changed)
    return body


def _config_body(live: Body, owned: Mapping[str, Value]) -> dict[str, Value]:
    """The whole config: what is not owned is sent as it is live, since the update merges."""
    now = normalise_environment({"config": live.get("config")})
    goal = now | {path: value for path, value in owned.items() if path.startswith("config.")}
    config: dict[str, Value] = {"type": goal["config.type"]}
    if "config.networking" in goal:
        config["networking"] = goal["config.networking"]
    if config["type"] == "cloud":
        packages = {name: goal.get(f"config.packages.{name}", []) for name in MANAGERS}
        config["packages"] = {"type": "packages", **packages}
    return config
