"""What a credential authenticates with: shapes, what comes back, what is kept secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .environments import check_host
from .errors import invalid
from .ids import parsed, spelled
from .shapes import boolean, list_of, nullable, obj, refused, tagged, text

DEFAULT_PORTS = {"http": 80, "https": 443}


def url(value: Any, path: str) -> Any:
    """An http or https URL."""
    try:
        parts = urlsplit(text(1, 2048)(value, path))
        legal = parts.scheme.lower() in DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:
        legal = False
    if not legal:
        raise refused(path, "must be an http or https URL")
    return value


def future(value: Any, path: str) -> Any:
    """A moment that is still to come (recorded message)."""
    when = parsed(text(1)(value, path))
    if when is None:
        raise refused(path, "must be an RFC 3339 timestamp")
    return spelled(when)


SECRET = text(1)
NETWORKING = tagged(
    {
        "unrestricted": obj({"type": text()}),
        "limited": obj({"type": text(), "allowed_hosts": list_of(text(1), most=16)}),
    }
)
# Explicit null is refused (documentation).
INJECTION = obj(optional={"header": boolean, "body": boolean})
CLIENT_SECRET = {"type": text(), "client_secret": SECRET}
TOKEN_AUTH = tagged(
    {
        "none": obj({"type": text()}),
        "client_secret_basic": obj(CLIENT_SECRET),
        "client_secret_post": obj(CLIENT_SECRET),
    }
)
NEW_CLIENT_SECRET = obj({"type": text()}, {"client_secret": nullable(SECRET)})
REFRESH = obj(
    {
        "client_id": text(1),
        "refresh_token": SECRET,
        "token_endpoint": url,
        "token_endpoint_auth": TOKEN_AUTH,
    },
    {"resource": nullable(text(1)), "scope": nullable(text())},
)
NEW_REFRESH = obj(
    optional={
        "refresh_token": nullable(SECRET),
        "scope": nullable(text()),
        "token_endpoint_auth": tagged(
            {"client_secret_basic": NEW_CLIENT_SECRET, "client_secret_post": NEW_CLIENT_SECRET}
        ),
    }
)
CREATE_AUTH = tagged(
    {
        "static_bearer": obj({"type": text(), "mcp_server_url": url, "token": SECRET}),
        "mcp_oauth": obj(
            {"type": text(), "mcp_server_url": url, "access_token": SECRET},
            {"expires_at": nullable(future), "refresh": nullable(REFRESH)},
        ),
        "environment_variable": obj(
            {
                "type": text(),
                "secret_name": text(1, 255, r"[A-Za-z_][A-Za-z0-9_]*"),
                "secret_value": SECRET,
                "networking": NETWORKING,
            },
            {"injection_location": INJECTION},
        ),
    }
)
UPDATE_AUTH = tagged(
    {
        "static_bearer": obj({"type": text()}, {"token": nullable(SECRET)}),
        "mcp_oauth": obj(
            {"type": text()},
            {
                "access_token": nullable(SECRET),
                "expires_at": nullable(future),
                "refresh": nullable(NEW_REFRESH),
            },
        ),
        "environment_variable": obj(
            {"type": text()},
            {
                "secret_value": nullable(SECRET),
                "networking": nullable(NETWORKING),
                "injection_location": INJECTION,
            },
        ),
    }
)

SECRETS = ("token", "access_token", "refresh_token", "client_secret", "secret_value")


def check_auth(auth: Mapping[str, Any], now: str) -> None:
    """What a shape alone can't tell (recorded message; SDK; documentation)."""
    if auth.get("expires_at") and auth["expires_at"] <= now:
        raise invalid("auth.expires_at must be in the future.")
    for index, host in enumerate(auth.get("networking", {}).get("allowed_hosts", [])):
        check_host(host, f"auth.networking.allowed_hosts[{index}]")
    if "injection_location" in auth and not any(auth["injection_location"].values()):
        raise invalid("auth.injection_location: at least one location must be enabled")


def echoed_auth(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A new credential's `auth` as it comes back: never a secret; `expires_at` and `refresh` only
    when given (recorded)."""
    auth = {key: value for key, value in _without_secrets(sent).items() if value is not None}
    if auth["type"] == "environment_variable":
        given = sent.get("injection_location")
        # Omitted as a whole: both; a key left out of the object: false (documentation).
        auth["injection_location"] = {
            key: given is None or given.get(key, False) for key in ("header", "body")
        }
    return auth


def merged_auth(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """An update's `auth` over the stored one (SDK)."""
    auth = dict(stored)
    for key in ("expires_at", "networking"):
        if sent.get(key) is not None:
            auth[key] = sent[key]
    if "injection_location" in sent:
        auth["injection_location"] = {**stored["injection_location"], **sent["injection_location"]}
    if sent.get("refresh") is not None:
        auth["refresh"] = _merged_refresh(stored.get("refresh"), sent["refresh"])
    return auth


def _merged_refresh(stored: Mapping[str, Any] | None, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The stored style of client authentication stays, whichever is named (SDK)."""
    if stored is None:
        raise invalid("auth.refresh: the credential has no refresh configuration")
    if "token_endpoint_auth" in sent and stored["token_endpoint_auth"]["type"] == "none":
        raise invalid("auth.refresh.token_endpoint_auth: the credential uses no client secret")
    refresh = dict(stored)
    if sent.get("scope") == "":
        refresh.pop("scope", None)
    elif sent.get("scope") is not None:
        refresh["scope"] = sent["scope"]
    return refresh


def _without_secrets(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(_without_secrets(item)) if isinstance(item, dict) else item
        for key, item in value.items()
        if key not in SECRETS
    }


def _without_nulls(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item is not None}


def secrets_of(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every secret in a request's `auth`, with its name."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from secrets_of(item)
        elif key in SECRETS and item is not None:
            yield key, item


def key_of(auth: Mapping[str, Any]) -> str:
    """What at most one active credential of a vault may have (documentation). URLs are compared
    as sessions compare them; those that differ in their query differ (recorded)."""
    if auth["type"] == "environment_variable":
        return f"variable {auth['secret_name']}"
    parts = urlsplit(auth["mcp_server_url"])
    scheme = parts.scheme.lower()
    port = parts.port or DEFAULT_PORTS[scheme]
    host = (parts.hostname or "").lower()
    return f"url {scheme}://{host}:{port}{parts.path.rstrip('/')}?{parts.query}"
