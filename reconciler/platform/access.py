"""How to reach one world, from the operator's environment alone.

Nothing here comes from files of the repository: a pull request must not be able to say where a key
is sent. A key goes only to the official host of its service, to loopback, and to the hosts in
`RECONCILE_ALLOWED_HOSTS` (comma separated, `host` or `host:port`), and only over https except to
loopback.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from reconciler.engine.hosts import ALLOWED_HOSTS, allowed_hosts, is_loopback
from reconciler.engine.values import Secret
from reconciler.platform.errors import AccessRefused

ANTHROPIC_HOST = "api.anthropic.com"
REGISTRY_HOST = "api.ntropii.com"
ANTHROPIC_URL = f"https://{ANTHROPIC_HOST}"
REGISTRY_URL = f"https://{REGISTRY_HOST}/v1"
EMBEDDED = "sandbox:"

#: The SDK's order of credentials that are not a key (anthropic 2.11 `_client.py`), by variable.
_SDK_SOURCES = (
    ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN"),
    ("ANTHROPIC_PROFILE", "the profile named by ANTHROPIC_PROFILE"),
    ("ANTHROPIC_FEDERATION_RULE_ID", "workload identity"),
)


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    """How to reach the registry. `host` is its base URL; `source` names where the key was found."""

    host: str
    api_key: Secret
    source: str
    default_tenant: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one world.

    `origin` is what the lock keeps as base URL: `sandbox:<id>` for the embedded platform, else the
    normalised URL. `api_key` None leaves the search to the SDK (token, profile, workload
    identity). `key_source` names the setting the key comes from, never its value.
    """

    base_url: str
    origin: str
    api_key: Secret | None
    key_source: str
    registry: RegistryAccess | None = None
    allowed_hosts: frozenset[str] = frozenset()

    @property
    def is_embedded(self) -> bool:
        return self.origin.startswith(EMBEDDED)

    @property
    def registry_origin(self) -> str:
        """What the lock keeps as registry: the embedded one has the origin of its platform."""
        if self.registry is None:
            return ""
        return self.origin if self.is_embedded else self.registry.host


def from_environment(environ: Mapping[str, str], *, home: Path) -> Access:
    """The hosted world as the environment describes it.

    `ANTHROPIC_BASE_URL` and `ANTHROPIC_API_KEY`; without a key the SDK's own search applies, but a
    base URL inside a profile is not followed. The registry is found as its official client finds
    it: `NTRO_HOST` and `NTRO_API_KEY`, each else from the connection named by
    `NTRO_DEFAULT_CONNECTION_NAME` or by `default_connection_name` in `$NTRO_HOME/config.toml` or
    `~/.ntro/config.toml`.

    Raises AccessRefused for a host that must not receive a key, naming host and variable.
    """
    allowed = allowed_hosts(environ.get(ALLOWED_HOSTS, ""))
    base_url = environ.get("ANTHROPIC_BASE_URL") or ANTHROPIC_URL
    origin = check_host(base_url, "ANTHROPIC_BASE_URL", official=ANTHROPIC_HOST, allowed=allowed)
    key = environ.get("ANTHROPIC_API_KEY", "").strip()
    return Access(
        base_url=origin,
        origin=origin,
        api_key=Secret(key) if key else None,
        key_source="ANTHROPIC_API_KEY" if key else _sdk_source(environ),
        registry=_registry(environ, home, allowed),
        allowed_hosts=allowed,
    )


def embedded(url: str, registry_url: str, origin: str, api_key: str, registry_key: str) -> Access:
    """The embedded platform: its origin is the id of its store, so that no port gets in a lock."""
    registry = RegistryAccess(registry_url.rstrip("/"), Secret(registry_key), "sandbox")
    return Access(url.rstrip("/"), origin, Secret(api_key), "sandbox", registry)


def check_host(url: str, variable: str, *, official: str, allowed: frozenset[str]) -> str:
    """The normalised URL, if a key may be sent there.

    Raises AccessRefused naming the host and the variable that asked for it; never the whole URL,
    which might hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise AccessRefused(f"{variable} is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise AccessRefused(f"{variable} is not an http(s) URL")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AccessRefused(
            f"{variable} must be a plain URL: no user, password, query or fragment", f"host: {host}"
        )
    if not is_loopback(host):
        _check_remote(parts.scheme, host, port, variable, official, allowed)
    return _normalised(parts, host, port)


def _check_remote(
    scheme: str, host: str, port: int | None, variable: str, official: str, allowed: frozenset[str]
) -> None:
    if host != official and not {host, f"{host}:{port}"} & allowed:
        raise AccessRefused(
            f"no key is sent to {host}, which {variable} names",
            f"if that is meant, add it to {ALLOWED_HOSTS}",
        )
    if scheme != "https":
        raise AccessRefused(f"no key is sent to {host} in clear text ({variable} says http)")


def _normalised(parts: SplitResult, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    place = name if port in (None, default) else f"{name}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def _sdk_source(environ: Mapping[str, str]) -> str:
    for variable, words in _SDK_SOURCES:
        if environ.get(variable):
            return words
    return "the active profile, if there is one"


def _registry(
    environ: Mapping[str, str], home: Path, allowed: frozenset[str]
) -> RegistryAccess | None:
    host, key = environ.get("NTRO_HOST"), environ.get("NTRO_API_KEY", "").strip()
    connection, where = _connection(environ, home) if not (host and key) else ({}, "")
    source = "NTRO_API_KEY" if key else where
    key = key or _text(connection, "api_key")
    if not key:
        return None
    host_source = "NTRO_HOST" if host else where or "NTRO_HOST"
    url = host or _text(connection, "host") or REGISTRY_URL
    origin = check_host(url, host_source, official=REGISTRY_HOST, allowed=allowed)
    tenant = environ.get("NTRO_TENANT") or _text(connection, "default_tenant")
    return RegistryAccess(origin, Secret(key), source, tenant)


def _connection(environ: Mapping[str, str], home: Path) -> tuple[Mapping[str, Any], str]:
    """The connection block and how to name it. A missing file or default is no registry."""
    folder = Path(environ["NTRO_HOME"]) if environ.get("NTRO_HOME") else home / ".ntro"
    path = folder / "config.toml"
    wanted = environ.get("NTRO_DEFAULT_CONNECTION_NAME")
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        config = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise AccessRefused(f"{path} can't be read: {type(failure).__name__}") from None
    name = wanted or config.get("default_connection_name") or "production"
    connections = config.get("connections")
    block = connections.get(name) if isinstance(connections, dict) else None
    if isinstance(block, dict):
        return block, f"the connection {name} in {path}"
    if wanted:
        raise AccessRefused(f"NTRO_DEFAULT_CONNECTION_NAME: no connection {wanted} in {path}")
    return {}, ""


def _text(block: Mapping[str, Any], key: str) -> str:
    value = block.get(key)
    return value if isinstance(value, str) else ""
