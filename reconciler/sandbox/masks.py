"""Bodies without what must not be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MASK = "***"
SECRET_KEYS = frozenset(
    {
        "token",
        "access_token",
        "refresh_token",
        "client_secret",
        "secret_value",
        "authorization_token",
        "apiKey",
        "api_key",
        "password",
        "private_key",
        "auth",
    }
)
# Inside of `auth` everything is secret but these, so that a misspelt key gives nothing away.
SHOWN_IN_AUTH = frozenset(
    {
        "type",
        "mcp_server_url",
        "expires_at",
        "client_id",
        "token_endpoint",
        "resource",
        "scope",
        "secret_name",
        "allowed_hosts",
    }
)
# A tool's schema is full of such words, and of no secrets.
AS_IT_IS = ("input_schema",)


def masked(value: Any) -> Any:
    """The same body, every secret replaced."""
    return _masked(value, SECRET_KEYS.__contains__)


def _masked(value: Any, secret: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {key: _entry(key, item, secret) for key, item in value.items()}
    return [_masked(item, secret) for item in value] if isinstance(value, list) else value


def _entry(key: str, item: Any, secret: Callable[[str], bool]) -> Any:
    if key in AS_IT_IS:
        return item
    if key == "auth" and isinstance(item, dict):
        return _masked(item, _secret_in_auth)
    if secret(key):
        if isinstance(item, str | int | float) and not isinstance(item, bool):
            return MASK
        if isinstance(item, list):
            return [_entry(key, one, secret) for one in item]
    return _masked(item, secret)


def _secret_in_auth(key: str) -> bool:
    return key not in SHOWN_IN_AUTH
