"""What an agent's tools amount to, in words: `bash asks; read, write run; the others are off`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reconciler.engine.tools import BUILTIN_TOOLSET
from reconciler.engine.values import Value

_POLICIES = {"always_allow": "run", "always_ask": "ask", "auto": "run or ask (auto)"}
_SETTINGS = frozenset({"enabled", "policy"})


def tools_summary(tools: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Toolset → its effective permissions, from the normalised `tools` of an agent."""
    for name, toolset in tools.items():
        if isinstance(toolset, Mapping) and "default" in toolset:
            label = "built-in" if name == BUILTIN_TOOLSET else name
            yield label, _toolset(toolset)
        else:
            yield name, "answered by the caller"


def _toolset(toolset: Mapping[str, Value]) -> str:
    default = toolset["default"]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name, config in sorted(toolset["configs"].items()):
        groups[_word(config)].append(_named(name, config))
    parts = [f"{', '.join(names)} {word}" for word, names in sorted(groups.items())]
    rest = "are off" if not default["enabled"] else _word(default)
    return "; ".join([*parts, f"all others {rest}" if parts else f"all {rest}"])


def _word(config: Mapping[str, Value]) -> str:
    policy = str(config["policy"])
    return _POLICIES.get(policy, policy) if config["enabled"] else "off"


def _named(name: str, config: Mapping[str, Value]) -> str:
    """The tool, and whether it has settings beyond being on and asking."""
    return name if config.keys() <= _SETTINGS else f"{name} (limited)"
