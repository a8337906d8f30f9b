"""Files (hosted-answers, "Environments, files, sessions, headers"; API facts, section 10)."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaFileMetadata

HOUR = 3600


@pytest.fixture
def upload(client: anthropic.Anthropic) -> Any:
    def make(name: str = "notes.txt", data: bytes = b"calm\n", **fields: Any) -> Any:
        return client.beta.files.upload(file=(name, data, "text/plain"), **fields)

    return make


def code(caught: pytest.ExceptionInfo[Any]) -> Any:
    return caught.value.body["error"]["details"]["error_code"]


def test_an_upload_is_not_downloadable(client: anthropic.Anthropic, upload: Any) -> None:
    file = upload()
    shown = file.to_dict(mode="json")
    assert set(shown) == set(BetaFileMetadata.model_fields)
    assert file.id.startswith("file_")
    assert (file.type, file.filename, file.mime_type) == ("file", "notes.txt", "text/plain")
    assert (file.size_bytes, file.downloadable) == (5, False)
    assert (file.scope, file.expires_at) == (None, None)
    assert client.beta.files.retrieve_metadata(file.id).to_dict(mode="json") == shown
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.files.download(file.id)
    assert code(caught) == "file_not_downloadable"


def test_only_the_last_component_of_a_name_is_kept(upload: Any) -> None:
    assert upload("reports/2026/q3.pdf").filename == "q3.pdf"


def test_a_missing_name_is_replaced(http: httpx2.Client) -> None:
    answer = http.post("/v1/files", files={"file": ("", b"{}", "application/json")})
    # The client sends no filename at all for an empty one.
    assert answer.json()["filename"].startswith("unnamed")


@pytest.mark.parametrize("name", ["a<b.txt", "a|b", "a\\b", "x" * 256])
def test_names_are_checked(upload: Any, name: str) -> None:
    with pytest.raises(anthropic.BadRequestError):
        upload(name)


def test_lists(client: anthropic.Anthropic, upload: Any) -> None:
    ids = [upload(f"{n}.txt").id for n in range(3)]
    assert [file.id for file in client.beta.files.list(limit=2)] == ids[::-1]
    assert client.beta.files.list(scope_id="sesn_none").data == []
    some = client.beta.files.list(ids=[ids[0], ids[2], ids[0], "file_gone"])
    assert [file.id for file in some.data] == [ids[2], ids[0]]
    assert some.next_page is None
    wrong: list[dict[str, Any]] = [
        {"ids": ids, "limit": 2},
        {"ids": [f"file_{n}" for n in range(101)]},
        {"limit": 0},
        {"limit": 1001},
        {"page": "page_nothing"},
    ]
    for query in wrong:
        with pytest.raises(anthropic.BadRequestError):
            client.beta.files.list(**query)


def test_delete(client: anthropic.Anthropic, upload: Any) -> None:
    file = upload()
    gone = client.beta.files.delete(file.id)
    assert gone.to_dict() == {"id": file.id, "type": "file_deleted"}
    with pytest.raises(anthropic.NotFoundError):
        client.beta.files.retrieve_metadata(file.id)


def test_expiry(client: anthropic.Anthropic, upload: Any) -> None:
    file = upload(expires_in_seconds=HOUR)
    assert (file.expires_at - file.created_at).total_seconds() == HOUR
    for seconds in (HOUR - 1, 7_776_001):
        with pytest.raises(anthropic.BadRequestError):
            upload(expires_in_seconds=seconds)


def test_an_unknown_beta_is_named(client: anthropic.Anthropic) -> None:
    """Recorded: 400, names the value."""
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.files.list(betas=["no-such-2026-01-01"])
    assert "no-such-2026-01-01" in str(caught.value)
    assert client.beta.files.list(betas=["managed-agents-2026-04-01"]).data == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"file_name": "x"}},
        {"files": {"file": ("a", b"")}, "data": {"color": "red"}},
        {"files": {"file": ("a", b"")}, "data": {"expires_in_seconds": "soon"}},
        {"json": {"file": "x"}},
    ],
)
def test_what_does_not_belong_is_refused(http: httpx2.Client, body: Any) -> None:
    assert http.post("/v1/files", **body).status_code == 400


def test_a_file_may_be_larger_than_other_bodies(http: httpx2.Client) -> None:
    size = 33 * 1024 * 1024
    answer = http.post("/v1/files", files={"file": ("big.bin", bytes(size))})
    assert answer.json()["size_bytes"] == size
