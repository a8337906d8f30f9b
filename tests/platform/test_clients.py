from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.engine.values import Secret
from reconciler.platform.access import Access, RegistryAccess
from reconciler.platform.clients import connect
from reconciler.platform.errors import AccessRefused
from reconciler.platform.limits import UNLIMITED, Limits
from tests.platform.builders import World


def hosted(key: Secret | None = None) -> Access:
    registry = RegistryAccess("https://api.ntropii.com/v1", Secret("ntro_1"), "NTRO_API_KEY")
    url = "https://api.anthropic.com"
    return Access(url, url, key or Secret("sk-ant-1"), "ANTHROPIC_API_KEY", registry)


def test_reads_are_retried_and_writes_are_not() -> None:
    with connect(hosted()) as clients:
        assert (clients.reader.max_retries, clients.writer.max_retries) == (2, 0)
        assert clients.reader.api_key == "sk-ant-1"
        assert clients.limits == Limits()


def test_no_redirect_is_followed_since_a_body_may_hold_a_key() -> None:
    with connect(hosted()) as clients:
        assert clients.http.follow_redirects is False
        assert clients.reader._client is clients.writer._client is clients.http


def test_a_proxy_is_not_asked_for_loopback(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with connect(world.access) as clients:
        assert clients.http.trust_env is False
        assert clients.limits == UNLIMITED
        assert clients.reader.beta.agents.list().data == []
        assert clients.registry is not None
        assert len(clients.registry.tenants()) == 1


def test_secrets_are_masked_until_closed() -> None:
    with connect(hosted()) as clients:
        assert clients.redactor.mask("sk-ant-1 ntro_1") == "*** ***"
        assert clients.identity == {}
    assert "sk-ant-1" not in repr(clients.access)


def test_a_profile_that_can_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "missing")
    url = "https://api.anthropic.com"
    with pytest.raises(AccessRefused, match="no credentials: "):
        connect(Access(url, url, None, "the profile named by ANTHROPIC_PROFILE"))


def test_identity_comes_from_the_answers() -> None:
    with connect(hosted()) as clients:
        clients.notice({"anthropic-organization-id": "org", "anthropic-workspace-id": "ws"})
        clients.notice({})
        assert (clients.organization, clients.workspace) == ("org", "ws")
