"""Lists of tools that allow more than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.authoring.lints.given import Given, builtin_configs, toolsets, warn
from reconciler.authoring.tool_form import TOOLSET
from reconciler.authoring.tools import enabled_policies
from reconciler.engine.diagnostics import Diagnostic

_WEB = ("web_fetch", "web_search")
_ACTS = ("bash", "write")
_BARE = frozenset({"name", "type", "enabled"})


def open_default(given: Given) -> Iterator[Diagnostic]:
    """A list of enabled tools under a default that enables the others, too."""
    for agent in given.agents:
        for body, place in toolsets(agent):
            listed = _enabled_by_name(body)
            if not listed:
                continue
            enabled = [name for name, _ in enabled_policies(body)]
            if set(enabled) <= set(listed):
                continue
            what = ", ".join(enabled)
            if body["type"] != TOOLSET:
                what = f"every tool of {body['mcp_server_name']}"
            message = f"lists {', '.join(listed)}, but restricts nothing; enabled: {what}"
            hint = "add `default_config: {enabled: false}`, or take the list out"
            yield warn(agent, "tools.open_default", message, (*place, "configs"), hint)


def _enabled_by_name(body: dict[str, Any]) -> list[str]:
    """The tools that entries do nothing but enable; none if an entry disables one, since that
    is the list of exceptions which an open default is for."""
    if (body.get("default_config") or {}).get("enabled") is False:
        return []
    configs = body.get("configs") or []
    if any(config.get("enabled") is False for config in configs):
        return []
    return [config["name"] for config in configs if config.get("enabled") and set(config) <= _BARE]


def untrusted_input(given: Given) -> Iterator[Diagnostic]:
    """Text from anywhere in the web, and a tool that acts on it without being asked."""
    for agent in given.agents:
        configs = builtin_configs(agent)
        for body, place in toolsets(agent):
            if body["type"] != TOOLSET:
                continue
            policies = dict(enabled_policies(body))
            acts = [name for name in _ACTS if policies.get(name) == "always_allow"]
            reads = [
                name for name in _WEB if name in policies and not _is_bounded(configs.get(name))
            ]
            if acts and reads:
                hint = f"{acts[0]}:ask, or `allowed_domains` for {' and '.join(reads)}"
                message = (
                    f"{' and '.join(acts)} run without asking, on what {' and '.join(reads)} "
                    "bring in from any site"
                )
                yield warn(agent, "tools.untrusted_input", message, place, hint)


def _is_bounded(config: dict[str, Any] | None) -> bool:
    return bool(config and (config.get("allowed_domains") or config.get("url_sources")))
