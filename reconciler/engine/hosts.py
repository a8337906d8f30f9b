"""Which hosts may be given a key: one rule for the folders' check and for the request itself."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

#: The operator's variable that lists further hosts: `host` or `host:port`, comma separated.
ALLOWED_HOSTS = "RECONCILE_ALLOWED_HOSTS"
#: Where Ntropii's own MCP servers live (Ntropii documentation, Claude managed agents).
NTROPII_DOMAIN = ".ntropii.com"


def allowed_hosts(text: str) -> frozenset[str]:
    """The hosts listed in the variable's text, in lower case."""
    return frozenset(word for word in re.split(r"[\s,]+", text.lower()) if word)


def is_loopback(host: str) -> bool:
    """Whether the host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def may_hold_registry_key(url: str, allowed: frozenset[str]) -> bool:
    """Whether the registry's one-time key may be stored for this MCP server: https on
    `*.ntropii.com` or an allowed host, or this machine."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        return False
    if is_loopback(host):
        return parts.scheme in ("http", "https")
    named = host.endswith(NTROPII_DOMAIN) or bool({host, f"{host}:{port}"} & allowed)
    return parts.scheme == "https" and named
