"""MCP server URLs: what is refused, and when two are the same."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from reconciler.authoring.documents import Scope
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.secret_shapes import SECRET_NAME

_SECRET_VALUE = re.compile(r"(sk-|ghp_|gho_|github_pat_|xox[abp]-|ntro_|eyJ[A-Za-z0-9_-]{10})")
_PLACEHOLDER = re.compile(
    r"replace[-_]?(me|with|this)\b|^(https?://)?(replace|paste)[-_]|changeme|"
    r"(^|[^a-z])your[-_]|<[^>]*>|\$\{",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_url(url: str, place: KeyPath, scope: Scope) -> bool:
    """Report what is wrong with an MCP server's URL; a secret in it is never repeated."""
    if _PLACEHOLDER.search(url):
        scope.error("mcp.url_placeholder", "the URL is a placeholder", place, "fill it in")
        return False
    parts = _split(url)
    if parts is None or any(mark.isspace() for mark in url):
        scope.error("mcp.url_invalid", "this is not a URL", place, "https://host/path")
        return False
    if parts.scheme not in _DEFAULT_PORTS:
        # A long one may be a key that was put into a variable by mistake.
        found = parts.scheme if len(parts.scheme) < 12 else "neither"
        message = f"the scheme is {found or 'missing'}; only http and https are possible"
        scope.error("mcp.url_scheme", message, place, "https://host/path")
        return False
    if not parts.hostname:
        scope.error("mcp.url_invalid", "the URL has no host", place, "https://host/path")
        return False
    if _has_credentials(parts):
        scope.error(
            "mcp.url_credentials",
            f"the URL of {parts.hostname} carries a credential",
            place,
            "keep it in a vault credential; what has been committed should be rotated",
        )
        return False
    if len(url) > 2048:
        message = f"{len(url):,} characters; 2,048 is the limit"
        scope.error("mcp.url_too_long", message, place, "shorten it")
        return False
    if parts.hostname.endswith(".invalid"):
        scope.warning("mcp.url_placeholder", f"{parts.hostname} never exists", place, "fill it in")
    return True


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _has_credentials(parts: SplitResult) -> bool:
    if parts.username is not None or parts.password is not None:
        return True
    for query in (parts.query, parts.fragment):
        for key, value in parse_qsl(query, keep_blank_values=True):
            if value and (SECRET_NAME.search(key) or _SECRET_VALUE.match(value)):
                return True
    return any(_SECRET_VALUE.match(part) for part in parts.path.split("/"))


def normalised(url: str) -> str:
    """The URL as the platform compares it: case of scheme and host, default port and a trailing
    slash don't count (API reference §7.5)."""
    parts = _split(url)
    if parts is None:
        return url
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}{query}"
