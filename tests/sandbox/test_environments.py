"""Environments (hosted-answers, "Environments"; API facts, section 6)."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaEnvironment

EMPTY_LISTS: dict[str, Any] = {m: [] for m in ("apt", "cargo", "gem", "go", "npm", "pip")}
PACKAGES = {"type": "packages", **EMPTY_LISTS}
CLOUD = {"type": "cloud", "networking": {"type": "unrestricted"}, "packages": PACKAGES}


def error(caught: pytest.ExceptionInfo[Any]) -> Any:
    return caught.value.body["error"]


def limited(**fields: Any) -> Any:
    return {"type": "cloud", "networking": {"type": "limited", **fields}}


def config(environment: Any) -> Any:
    return environment.config.to_dict()


def test_a_name_alone_is_enough(http: httpx2.Client) -> None:
    environment = http.post("/v1/environments", json={"name": "e"}).json()
    assert set(environment) == {*BetaEnvironment.model_fields, "state"}
    assert environment["config"] == CLOUD
    assert environment["description"] == ""
    assert environment["metadata"] == {}
    assert (environment["scope"], environment["state"]) == ("organization", "active")
    assert environment["archived_at"] is None


def test_a_limited_network_is_filled(client: anthropic.Anthropic) -> None:
    hosts = ["*.example.com", "API.Example.org"]
    made = client.beta.environments.create(name="e", config=limited(allowed_hosts=hosts))
    assert config(made)["networking"] == {
        "type": "limited",
        "allowed_hosts": hosts,
        "allow_mcp_servers": False,
        "allow_package_managers": False,
    }


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("example.com:443", "contains a port"),
        ("https://example.com", "contains a URL scheme"),
        ("example.com/path", "contains a path"),
        ("a.*.example.com", "wildcard"),
        ("*.", "wildcard"),
    ],
)
def test_hosts_are_checked(client: anthropic.Anthropic, host: str, said: str) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.environments.create(name="e", config=limited(allowed_hosts=[host]))
    assert said in error(caught)["message"]


def test_packages_need_their_managers_to_be_reachable(client: anthropic.Anthropic) -> None:
    packages: Any = {"pip": ["pandas==2.2.0"]}
    closed = {**limited(), "packages": packages}
    with pytest.raises(anthropic.BadRequestError):
        client.beta.environments.create(name="e", config=closed)
    opened = {**limited(allow_package_managers=True), "packages": packages}
    made = client.beta.environments.create(name="e", config=opened)
    assert config(made)["packages"] == {**PACKAGES, **packages}
    with pytest.raises(anthropic.BadRequestError):
        client.beta.environments.update(made.id, config=limited(allow_package_managers=False))


def test_the_configuration_is_merged(client: anthropic.Anthropic) -> None:
    made = client.beta.environments.create(
        name="e",
        config={
            **limited(allowed_hosts=["a.example"], allow_package_managers=True),
            "packages": {"pip": ["x"], "npm": ["y"]},
        },
    )

    def update(**fields: Any) -> Any:
        return config(client.beta.environments.update(made.id, config={"type": "cloud", **fields}))

    before = config(made)
    assert update() == before
    assert update(networking=None, packages=None) == before
    merged = update(networking={"type": "limited", "allow_mcp_servers": True})
    assert merged["networking"] == {**before["networking"], "allow_mcp_servers": True}
    assert merged["packages"] == before["packages"]
    assert update(packages={"pip": ["z"]})["packages"] == {**PACKAGES, "pip": ["z"]}
    assert update(networking={"type": "unrestricted"})["networking"] == {"type": "unrestricted"}
    refilled = update(networking={"type": "limited", "allow_package_managers": True})
    assert refilled["networking"]["allowed_hosts"] == []


def test_other_fields_on_update(client: anthropic.Anthropic) -> None:
    made = client.beta.environments.create(
        name="e", description="d", metadata={"a": "1", "b": "2", "c": "3"}
    )
    kept = client.beta.environments.update(made.id, name=None, config=None, scope=None)
    assert (kept.name, kept.description, config(kept)) == ("e", "d", CLOUD)
    changed = client.beta.environments.update(
        made.id, name="f", description="", metadata={"a": None, "b": "", "d": "4"}
    )
    assert (changed.name, changed.description) == ("f", "")
    assert changed.metadata == {"c": "3", "d": "4"}
    assert client.beta.environments.update(made.id, description=None).description is None


def test_the_type_is_fixed(client: anthropic.Anthropic) -> None:
    made = client.beta.environments.create(name="e", config={"type": "self_hosted"})
    assert config(made) == {"type": "self_hosted"}
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.environments.update(made.id, config={"type": "cloud"})
    assert error(caught)["details"] == {"error_code": "invalid_config_type_change"}


def test_archive_and_delete(client: anthropic.Anthropic) -> None:
    made = client.beta.environments.create(name="e")
    archived = client.beta.environments.archive(made.id)
    assert archived.to_dict()["state"] == "archived"
    assert archived.archived_at is not None
    assert client.beta.environments.archive(made.id).archived_at == archived.archived_at
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.environments.update(made.id, name="f")
    assert error(caught)["details"] == {"error_code": "environment_archived"}
    assert client.beta.environments.list().data == []
    assert len(client.beta.environments.list(include_archived=True).data) == 1
    gone = client.beta.environments.delete(made.id)
    assert gone.to_dict() == {"id": made.id, "type": "environment_deleted"}
    with pytest.raises(anthropic.NotFoundError):
        client.beta.environments.retrieve(made.id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "e", "color": "red"},
        {"name": "e", "scope": "account"},
        {"name": "e", "scope": "world"},
        {"name": "e", "metadata": None},
        {"name": "e", "config": {}},
        {"name": "e", "config": {"type": "local"}},
        {"name": "e", "config": {"type": "cloud", "image": "x"}},
        {"name": "e", "config": {"type": "self_hosted", "networking": None}},
        {"name": "e", "config": {"type": "cloud", "networking": {"type": "open"}}},
        {
            "name": "e",
            "config": {"type": "cloud", "networking": {"type": "unrestricted", "x": 1}},
        },
        {"name": "e", "config": {"type": "cloud", "packages": {"conda": []}}},
        {"name": "e", "config": {"type": "cloud", "packages": {"pip": "pandas"}}},
        {"name": "e", "config": {"type": "cloud", "packages": {"type": "other"}}},
    ],
)
def test_what_does_not_belong_is_refused(http: httpx2.Client, body: Any) -> None:
    assert http.post("/v1/environments", json=body).status_code == 400


def test_too_much_metadata_has_its_own_code(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.environments.create(name="e", metadata={str(n): "" for n in range(17)})
    assert error(caught)["details"] == {"error_code": "invalid_metadata"}
