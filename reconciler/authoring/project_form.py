"""The form of reconcile.yaml."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from reconciler.authoring.forms import SLUG, VARIABLE, Form
from reconciler.authoring.silence_form import SilenceForm

Slug: TypeAlias = Annotated[str, Field(pattern=SLUG)]
_Variable: TypeAlias = Annotated[str, Field(pattern=VARIABLE)]
_Text: TypeAlias = Annotated[str, Field(min_length=1)]


class ExpectForm(Form):
    workspace: str | None = None
    organization: str | None = None


class NtropiiDefaults(Form):
    tenant: _Text | None = None
    environment: _Text | None = None


class TargetForm(Form):
    expect: ExpectForm | None = None
    ntropii: NtropiiDefaults | None = None
    variables: dict[_Variable, str] | None = None
    overrides: dict[str, dict[str, Any]] | None = None


class PathsForm(Form):
    agents: _Text = "agents"
    skills: _Text = "skills"
    environments: _Text = "environments"


class MoveForm(Form):
    """One renamed folder."""

    old: _Text = Field(alias="from")
    new: _Text = Field(alias="to")


_Severity: TypeAlias = Literal["error", "warning"]


class SeveritiesForm(Form):
    ask: _Severity = "error"
    models: _Severity = "error"
    mcp_hosts: _Severity = "error"
    metadata: _Severity = "error"
    raises: _Severity = "error"
    max_changes: _Severity = "error"


class WaiverForm(Form):
    rule: Literal["ask", "models", "mcp_hosts", "metadata", "raises"]
    at: _Text
    reason: _Text


class PolicyForm(Form):
    """Rules over plans; a rule that is left out allows everything."""

    ask: list[_Text] | None = None
    models: list[_Text] | None = None
    mcp_hosts: list[_Text] | None = None
    metadata: list[_Text] | None = None
    raises: Literal["none"] | None = None
    max_changes: Annotated[int, Field(ge=0)] | None = None
    severity: SeveritiesForm | None = None
    waivers: list[WaiverForm] | None = None


class ProjectForm(Form):
    version: Literal[1]
    project: Slug
    default_target: Slug | None = None
    targets: dict[Slug, TargetForm | None] | None = None
    moved: list[MoveForm] | None = None
    policy: PolicyForm | None = None
    paths: PathsForm | None = None
    silence: list[SilenceForm] | None = None
