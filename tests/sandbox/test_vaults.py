"""Vaults and credentials (hosted-answers, "Vaults and credentials"; API facts, section 7)."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsVault
from anthropic.types.beta.vaults import BetaManagedAgentsCredential

URL = "https://mcp.example.com/mcp"
LATER = "2099-01-01T00:00:00Z"
REFRESH: dict[str, Any] = {
    "client_id": "c",
    "refresh_token": "hush-refresh",
    "token_endpoint": "https://auth.example.com/token",
    "token_endpoint_auth": {"type": "client_secret_basic", "client_secret": "hush-client"},
}


def bearer(url: str = URL, token: str = "hush-bearer") -> Any:
    return {"type": "static_bearer", "mcp_server_url": url, "token": token}


def oauth(**fields: Any) -> Any:
    return {"type": "mcp_oauth", "mcp_server_url": URL, "access_token": "hush-access", **fields}


def variable(**fields: Any) -> Any:
    return {
        "type": "environment_variable",
        "secret_name": "API_KEY",
        "secret_value": "hush-value",
        "networking": {"type": "unrestricted"},
        **fields,
    }


@pytest.fixture
def vault(client: anthropic.Anthropic) -> str:
    return client.beta.vaults.create(display_name="v").id


def said(caught: pytest.ExceptionInfo[Any]) -> str:
    return str(caught.value.body["error"]["message"])


def test_a_vault(client: anthropic.Anthropic, http: httpx2.Client) -> None:
    vault = http.post("/v1/vaults", json={"display_name": "v", "metadata": {"a": "1"}}).json()
    assert set(vault) == set(BetaManagedAgentsVault.model_fields)
    assert vault["id"].startswith("vlt_")
    changed = client.beta.vaults.update(vault["id"], metadata={"a": None, "b": "2"})
    assert (changed.display_name, changed.metadata) == ("v", {"b": "2"})
    renamed = client.beta.vaults.update(vault["id"], display_name="w")
    assert (renamed.display_name, renamed.metadata) == ("w", {"b": "2"})
    assert [v.id for v in client.beta.vaults.list()] == [vault["id"]]
    for body in ({}, {"display_name": ""}, {"display_name": "x" * 256}, {"name": "x"}):
        assert http.post("/v1/vaults", json=body).status_code == 400


def test_archive_then_delete(client: anthropic.Anthropic, vault: str) -> None:
    credential = client.beta.vaults.credentials.create(vault, auth=bearer())
    archived = client.beta.vaults.archive(vault)
    assert archived.archived_at is not None
    assert client.beta.vaults.archive(vault).archived_at == archived.archived_at
    inside = client.beta.vaults.credentials.retrieve(credential.id, vault_id=vault)
    assert inside.archived_at is not None
    assert client.beta.vaults.list().data == []
    with pytest.raises(anthropic.BadRequestError):
        client.beta.vaults.update(vault, display_name="w")
    with pytest.raises(anthropic.BadRequestError):
        client.beta.vaults.credentials.create(vault, auth=bearer())
    assert client.beta.vaults.delete(vault).to_dict() == {"id": vault, "type": "vault_deleted"}
    with pytest.raises(anthropic.NotFoundError):
        client.beta.vaults.credentials.list(vault)


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        (bearer(), {"type": "static_bearer", "mcp_server_url": URL}),
        (oauth(), {"type": "mcp_oauth", "mcp_server_url": URL}),
        (oauth(expires_at=None, refresh=None), {"type": "mcp_oauth", "mcp_server_url": URL}),
        (
            oauth(expires_at=LATER, refresh={**REFRESH, "scope": "read"}),
            {
                "type": "mcp_oauth",
                "mcp_server_url": URL,
                "expires_at": "2099-01-01T00:00:00.000000Z",
                "refresh": {
                    "client_id": "c",
                    "token_endpoint": "https://auth.example.com/token",
                    "token_endpoint_auth": {"type": "client_secret_basic"},
                    "scope": "read",
                },
            },
        ),
        (
            variable(),
            {
                "type": "environment_variable",
                "secret_name": "API_KEY",
                "networking": {"type": "unrestricted"},
                "injection_location": {"header": True, "body": True},
            },
        ),
        (
            variable(
                networking={"type": "limited", "allowed_hosts": ["*.example.com", "192.0.2.1"]},
                injection_location={"header": True},
            ),
            {
                "type": "environment_variable",
                "secret_name": "API_KEY",
                "networking": {"type": "limited", "allowed_hosts": ["*.example.com", "192.0.2.1"]},
                "injection_location": {"header": True, "body": False},
            },
        ),
    ],
)
def test_a_credential_never_echoes_a_secret(
    http: httpx2.Client, vault: str, sent: Any, echoed: Any
) -> None:
    answer = http.post(f"/v1/vaults/{vault}/credentials", json={"auth": sent})
    assert set(answer.json()) == set(BetaManagedAgentsCredential.model_fields)
    assert answer.json()["auth"] == echoed
    assert "hush" not in answer.text


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "static_bearer", "mcp_server_url": URL},
        {"type": "static_bearer", "token": "t"},
        {"type": "basic"},
        bearer(url="mcp.example.com"),
        bearer(url="http://["),
        bearer(url="https://x.example:99999/"),
        bearer(url="https:///mcp"),
        bearer(token=""),
        {**bearer(), "headers": {}},
        oauth(expires_at="soon"),
        oauth(refresh={**REFRESH, "client_id": None}),
        oauth(refresh={**REFRESH, "token_endpoint_auth": {"type": "client_secret_post"}}),
        oauth(refresh={**REFRESH, "token_endpoint_auth": {"type": "none", "client_secret": "x"}}),
        variable(secret_name="1-BAD"),
        variable(networking=None),
        variable(networking={"type": "limited"}),
        variable(networking={"type": "limited", "allowed_hosts": ["https://x.example"]}),
        variable(networking={"type": "limited", "allowed_hosts": ["x.example:80"]}),
        variable(networking={"type": "limited", "allowed_hosts": ["2001:db8::1"]}),
        variable(networking={"type": "limited", "allowed_hosts": ["x.example"] * 17}),
        variable(injection_location=None),
        variable(injection_location={}),
        variable(injection_location={"header": False, "body": False}),
    ],
)
def test_auth_is_checked(http: httpx2.Client, vault: str, auth: Any) -> None:
    answer = http.post(f"/v1/vaults/{vault}/credentials", json={"auth": auth})
    assert answer.status_code == 400
    assert http.get(f"/v1/vaults/{vault}/credentials").json() == {"data": []}


def test_an_expiry_lies_in_the_future(client: anthropic.Anthropic, vault: str) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.vaults.credentials.create(vault, auth=oauth(expires_at="2020-01-01T00:00:00Z"))
    assert said(caught) == "auth.expires_at must be in the future."


def test_one_active_credential_per_key(client: anthropic.Anthropic, vault: str) -> None:
    create = client.beta.vaults.credentials.create
    first = create(vault, auth=bearer())
    for same in (bearer(), oauth(), bearer("HTTPS://MCP.example.com:443/mcp/")):
        with pytest.raises(anthropic.ConflictError):
            create(vault, auth=same)
    create(vault, auth=bearer(URL + "?team=a"))
    create(vault, auth=bearer(URL + "?team=b"))
    create(vault, auth=variable())
    with pytest.raises(anthropic.ConflictError):
        create(vault, auth=variable())
    client.beta.vaults.credentials.archive(first.id, vault_id=vault)
    assert create(vault, auth=oauth()).id != first.id


def test_twenty_credentials_per_vault(client: anthropic.Anthropic, vault: str) -> None:
    made = [
        client.beta.vaults.credentials.create(vault, auth=bearer(f"{URL}/{n}")) for n in range(20)
    ]
    with pytest.raises(anthropic.BadRequestError):
        client.beta.vaults.credentials.create(vault, auth=bearer())
    listed = [c.id for c in client.beta.vaults.credentials.list(vault, limit=6)]
    assert listed == [c.id for c in reversed(made)]


def test_next_page_is_there_only_with_more(
    client: anthropic.Anthropic, http: httpx2.Client, vault: str
) -> None:
    for n in range(2):
        client.beta.vaults.credentials.create(vault, auth=bearer(f"{URL}/{n}"))
    path = f"/v1/vaults/{vault}/credentials"
    assert set(http.get(path).json()) == {"data"}
    assert set(http.get(path, params={"limit": 1}).json()) == {"data", "next_page"}


def test_update_of_a_bearer(client: anthropic.Anthropic, http: httpx2.Client, vault: str) -> None:
    made = client.beta.vaults.credentials.create(
        vault, auth=bearer(), display_name="n", metadata={"a": "1"}
    )
    changed = client.beta.vaults.credentials.update(
        made.id,
        vault_id=vault,
        auth={"type": "static_bearer", "token": "hush-new"},
        metadata={"b": "2"},
    )
    assert changed.auth.to_dict() == made.auth.to_dict()
    assert (changed.display_name, changed.metadata) == ("n", {"a": "1", "b": "2"})
    assert changed.updated_at > made.updated_at
    path = f"/v1/vaults/{vault}/credentials/{made.id}"
    moved = http.post(path, json={"auth": {"type": "static_bearer", "mcp_server_url": URL}})
    assert moved.status_code == 400
    assert "mcp_server_url" in moved.json()["error"]["message"]
    assert http.post(path, json={"auth": {"type": "mcp_oauth"}}).status_code == 400
    assert http.post(path, json={"auth": {"token": "x"}}).status_code == 400


@pytest.mark.parametrize("key", ["client_id", "token_endpoint", "resource"])
def test_what_is_fixed_is_an_unknown_field(http: httpx2.Client, vault: str, key: str) -> None:
    path = f"/v1/vaults/{vault}/credentials"
    made = http.post(path, json={"auth": oauth(refresh=REFRESH)}).json()
    body = {"auth": {"type": "mcp_oauth", "refresh": {key: "x"}}}
    answer = http.post(f"{path}/{made['id']}", json=body)
    assert answer.status_code == 400
    expected = f'Failed to parse request body: unknown field "{key}"'
    assert answer.json()["error"]["message"] == expected


def test_update_of_oauth(client: anthropic.Anthropic, vault: str) -> None:
    made = client.beta.vaults.credentials.create(
        vault, auth=oauth(expires_at=LATER, refresh={**REFRESH, "scope": "read"})
    )

    def update(**fields: Any) -> Any:
        answer = client.beta.vaults.credentials.update(
            made.id, vault_id=vault, auth={"type": "mcp_oauth", **fields}
        )
        return answer.to_dict(mode="json")["auth"]

    before = made.to_dict(mode="json")["auth"]
    assert update(access_token="hush-2") == before
    other_style = {"type": "client_secret_post", "client_secret": "hush-3"}
    assert update(refresh={"token_endpoint_auth": other_style}) == before
    assert "scope" not in update(refresh={"scope": ""})["refresh"]
    assert update(expires_at="2098-01-01T00:00:00Z")["expires_at"] == "2098-01-01T00:00:00Z"
    with pytest.raises(anthropic.BadRequestError):
        update(expires_at="2020-01-01T00:00:00Z")


def test_update_of_an_environment_variable(client: anthropic.Anthropic, vault: str) -> None:
    made = client.beta.vaults.credentials.create(
        vault, auth=variable(injection_location={"header": True})
    )

    def update(**fields: Any) -> Any:
        answer = client.beta.vaults.credentials.update(
            made.id, vault_id=vault, auth={"type": "environment_variable", **fields}
        )
        return answer.auth.to_dict()

    assert update(injection_location={"body": True})["injection_location"] == {
        "header": True,
        "body": True,
    }
    network = {"type": "limited", "allowed_hosts": ["a.example"]}
    assert update(networking=network)["networking"] == network
    with pytest.raises(anthropic.BadRequestError):
        update(injection_location={"header": False, "body": False})
    with pytest.raises(anthropic.BadRequestError):
        update(secret_name="OTHER")


def test_validation(client: anthropic.Anthropic, vault: str) -> None:
    validate = client.beta.vaults.credentials.mcp_oauth_validate
    first = client.beta.vaults.credentials.create(vault, auth=oauth(refresh=REFRESH))
    verdict = validate(first.id, vault_id=vault)
    assert (verdict.status, verdict.has_refresh_token) == ("unknown", True)
    client.beta.vaults.credentials.archive(first.id, vault_id=vault)
    with pytest.raises(anthropic.BadRequestError) as caught:
        validate(first.id, vault_id=vault)
    assert said(caught) == "Credential is archived."
    with pytest.raises(anthropic.BadRequestError):
        client.beta.vaults.credentials.update(first.id, vault_id=vault, display_name="x")
    other = client.beta.vaults.credentials.create(vault, auth=bearer())
    with pytest.raises(anthropic.BadRequestError):
        validate(other.id, vault_id=vault)


def test_a_credential_is_found_in_its_own_vault_only(
    client: anthropic.Anthropic, vault: str
) -> None:
    made = client.beta.vaults.credentials.create(vault, auth=bearer())
    other = client.beta.vaults.create(display_name="w").id
    with pytest.raises(anthropic.NotFoundError):
        client.beta.vaults.credentials.retrieve(made.id, vault_id=other)
    gone = client.beta.vaults.credentials.delete(made.id, vault_id=vault)
    assert gone.to_dict() == {"id": made.id, "type": "vault_credential_deleted"}
