"""Models (API facts, section 10; SDK)."""

from __future__ import annotations

import anthropic
import pytest
from anthropic.types.beta import BetaModelInfo


def test_a_list_with_an_id_as_cursor(client: anthropic.Anthropic) -> None:
    everything = [model.id for model in client.beta.models.list(limit=1000)]
    assert everything[0] == "claude-fable-5-2"
    assert [model.id for model in client.beta.models.list(limit=3)] == everything
    first = client.beta.models.list(limit=2)
    assert (first.first_id, first.last_id, first.has_more) == (*everything[:2], True)
    back = client.beta.models.list(before_id=everything[3], limit=2)
    assert [model.id for model in back.data] == everything[1:3]
    assert back.has_more is True
    assert client.beta.models.list(after_id=everything[-1]).data == []


def test_lifecycles(client: anthropic.Anthropic) -> None:
    (old,) = client.beta.models.list(lifecycle=["deprecated"]).data
    assert (old.id, old.retires_at is not None) == ("claude-sonnet-4-5-20250929", True)
    (gone,) = client.beta.models.list(lifecycle=["retired"]).data
    assert gone.id not in [model.id for model in client.beta.models.list(limit=100)]


def test_a_model_by_id_or_alias(client: anthropic.Anthropic) -> None:
    model = client.beta.models.retrieve("claude-haiku-4-5")
    assert model.id == "claude-haiku-4-5-20251001"
    assert set(model.to_dict()) == set(BetaModelInfo.model_fields)
    assert (model.display_name, model.line) == ("Claude Haiku 4.5", "haiku")
    assert model.created_at.date().isoformat() == "2025-10-01"
    assert client.models.retrieve("claude-opus-5").id == "claude-opus-5"
    with pytest.raises(anthropic.NotFoundError):
        client.beta.models.retrieve("claude-none")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"after_id": "x"},
        {"after_id": "claude-opus-5", "before_id": "claude-opus-5"},
        {"lifecycle": ["young"]},
    ],
)
def test_queries_are_checked(client: anthropic.Anthropic, query: dict[str, object]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        client.beta.models.list(**query)  # type: ignore[arg-type]
