"""The extra settings of `web_search` and `web_fetch`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .shapes import (
    Shape,
    integer,
    list_of,
    nullable,
    obj,
    one_of,
    refused,
    string_or,
    tagged,
    text,
)

MAX_DOMAINS = 64
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LOCAL = ("localhost", "local", "internal")

REFERENCES = list_of(obj({"type": one_of("tool_reference"), "name": text(1)}), least=1, most=128)
ONLY = obj({"type": one_of("all", "none", "only", "except")})
NAMED = obj({"type": one_of("only", "except"), "tools": REFERENCES})
SHORTHAND = one_of("all", "none")
FILTER = string_or(tagged({"all": ONLY, "none": ONLY, "only": NAMED, "except": NAMED}), SHORTHAND)
USER_INPUT = string_or(tagged({"all": ONLY, "none": ONLY}), SHORTHAND)

URL_SOURCES = obj(
    optional={
        "client_tool_results": nullable(FILTER),
        "server_tool_results": nullable(FILTER),
        "user_input": nullable(USER_INPUT),
    }
)
DOMAINS = list_of(text(1, 255), least=1, most=MAX_DOMAINS)
USER_LOCATION = obj(
    {"type": one_of("approximate")},
    {
        "city": nullable(text()),
        "country": nullable(text(pattern="[A-Z]{2}")),
        "region": nullable(text()),
        "timezone": nullable(text()),
    },
)

# Settings of a tool beyond those every tool has (SDK, the params of each tool's config).
EXTRA: Mapping[str, Mapping[str, Shape]] = {
    "web_search": {
        "allowed_domains": DOMAINS,
        "blocked_domains": DOMAINS,
        "user_location": nullable(USER_LOCATION),
    },
    "web_fetch": {
        "allowed_domains": DOMAINS,
        "blocked_domains": DOMAINS,
        "max_content_tokens": nullable(integer(1)),
        "url_sources": nullable(URL_SOURCES),
    },
}


def check_web_config(config: Mapping[str, Any], path: str, custom: Iterable[str]) -> None:
    """Domains and URL sources make sense (documentation, September 2026; SDK)."""
    if "allowed_domains" in config and "blocked_domains" in config:
        raise refused(path, "allowed_domains and blocked_domains cannot be combined")
    for key in ("allowed_domains", "blocked_domains"):
        if key in config:
            _check_domains(config[key], f"{path}.{key}", paths=config["name"] == "web_search")
    sources = config.get("url_sources")
    if sources:
        _check_sources(sources, f"{path}.url_sources", custom)


def _check_domains(domains: list[str], path: str, *, paths: bool) -> None:
    seen: set[str] = set()
    for index, written in enumerate(domains):
        here = f"{path}[{index}]"
        key = written.lower().rstrip("/")
        host, slash, _ = written.partition("/")
        if slash and not paths:
            raise refused(here, "must not contain a path")
        _check_domain(host.lower(), here)
        if key in seen:
            raise refused(here, f'duplicate domain "{written}"')
        seen.add(key)


def _check_domain(host: str, path: str) -> None:
    if ":" in host:
        raise refused(path, "must be a plain hostname without a scheme or a port")
    if "*" in host:
        raise refused(path, "must not contain a wildcard")
    if _is_address(host):
        raise refused(path, "must not be an IP address")
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] in LOCAL or not all(map(LABEL.fullmatch, labels)):
        raise refused(path, "must be a public ASCII hostname")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_sources(sources: Mapping[str, Any], path: str, custom: Iterable[str]) -> None:
    objects: dict[str, Any] = {k: _as_object(sources.get(k)) or {} for k in URL_SOURCE_KEYS}
    if all(source.get("type") == "none" for source in objects.values()):
        raise refused(path, "at least one source must be allowed")
    legal = {"client_tool_results": set(custom), "server_tool_results": {"web_search", "web_fetch"}}
    for key, names in legal.items():
        listed = [entry["name"] for entry in objects[key].get("tools", [])]
        for index, name in enumerate(listed):
            here = f"{path}.{key}.tools[{index}].name"
            if name not in names:
                raise refused(here, f'unknown tool "{name}"')
            if name in listed[:index]:
                raise refused(here, f'duplicate tool "{name}"')


URL_SOURCE_KEYS = ("client_tool_results", "server_tool_results", "user_input")
UNSET = {
    "web_search": ("allowed_domains", "blocked_domains", "user_location"),
    "web_fetch": ("allowed_domains", "blocked_domains", "max_content_tokens", "url_sources"),
}


def echo_web_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """What is not set comes back as null (recorded); URL sources in object form (SDK)."""
    echoed: dict[str, Any] = {key: config.get(key) for key in UNSET.get(config["name"], ())}
    if echoed.get("url_sources"):
        sources = echoed["url_sources"]
        echoed["url_sources"] = {key: _as_object(sources.get(key)) for key in URL_SOURCE_KEYS}
    if echoed.get("user_location"):
        parts = ("type", "city", "country", "region", "timezone")
        echoed["user_location"] = {key: echoed["user_location"].get(key) for key in parts}
    return echoed


def _as_object(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value
