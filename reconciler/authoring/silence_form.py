"""The form of one entry of `silence:`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.authoring.forms import Form, problem


def _said(text: str) -> str:
    if not text.strip():
        raise problem("silence.reason", "an empty reason", "say why the finding is right here")
    return text


class SilenceForm(Form):
    """One finding that is as it should be, at one place, and why."""

    code: Annotated[str, Field(min_length=1)]
    at: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, AfterValidator(_said)]
