"""One environment definition into a resource.

API reference §6 and recorded answers: hosts are bare names or `*.host`, without scheme, port or
path; packages under limited networking need `allow_package_managers`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, Tag

from reconciler.authoring.agent import check_lifecycle, lifecycle
from reconciler.authoring.agent_form import LifecycleForm
from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import Foreign, Form, by_type, problem
from reconciler.authoring.limits import check_metadata
from reconciler.authoring.run import Defined, Run, lf
from reconciler.authoring.silence_form import SilenceForm
from reconciler.authoring.tools import declared
from reconciler.authoring.validate import check
from reconciler.engine.desired import Resource
from reconciler.engine.diagnostics import Span

_HOST = re.compile(
    r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\Z"
)


def _host(value: str) -> str:
    if "://" in value:
        raise problem("environment.host", f"{value} has a URL scheme", "write the host name alone")
    if ":" in value:
        raise problem("environment.host", f"{value} has a port", "write the host name alone")
    if "/" in value:
        raise problem("environment.host", f"{value} has a path", "write the host name alone")
    if not _HOST.match(value) or len(value) > 255:
        hint = "example.com, or *.example.com for the hosts below it"
        raise problem("environment.host", f"{value} is not a host name", hint)
    return value


class Unrestricted(Form):
    type: Literal["unrestricted"]


class Limited(Form):
    type: Literal["limited"]
    allowed_hosts: list[Annotated[str, AfterValidator(_host)]] | None = None
    allow_mcp_servers: bool | None = None
    allow_package_managers: bool | None = None


_Packages: TypeAlias = list[Annotated[str, Field(min_length=1)]]


class Packages(Form):
    type: Literal["packages"] | None = None
    apt: _Packages | None = None
    cargo: _Packages | None = None
    gem: _Packages | None = None
    go: _Packages | None = None
    npm: _Packages | None = None
    pip: _Packages | None = None


Networking: TypeAlias = Annotated[
    Annotated[Unrestricted, Tag("=unrestricted")] | Annotated[Limited, Tag("=limited")],
    by_type(["unrestricted", "limited"]),
]


class Cloud(Form):
    type: Literal["cloud"]
    networking: Networking | None = None
    packages: Packages | None = None


class SelfHosted(Form):
    type: Literal["self_hosted"]


class EnvironmentForm(Form):
    name: Annotated[str, Field(min_length=1)] | None = None
    description: str | None = None
    config: (
        Annotated[
            Annotated[Cloud, Tag("=cloud")] | Annotated[SelfHosted, Tag("=self_hosted")],
            by_type(["cloud", "self_hosted"]),
        ]
        | None
    ) = None
    metadata: dict[str, str] | None = None
    scope: Literal["organization", "account"] | None = None
    lifecycle: LifecycleForm | None = None
    silence: list[SilenceForm] | None = None

    foreign: ClassVar[Foreign] = {
        key: (
            "field.unknown",
            f"`{key}` belongs under `config:`",
            f"config: {{type: cloud, {key}: …}}",
        )
        for key in ("networking", "packages")
    }


def translate_environment(defined: Defined, run: Run) -> Resource | None:
    """Validate and translate one environment; findings go to the run."""
    scope = defined.scope(run)
    form, _ = check(EnvironmentForm, scope)
    if form is None:
        return None
    body: dict[str, Any] = {"name": form.name or defined.address.name}
    if "description" in form.model_fields_set:
        body["description"] = None if form.description is None else lf(form.description)
    if form.config is not None:
        body["config"] = declared(form.config)
    if form.metadata is not None:
        check_metadata(form.metadata, scope)
        body["metadata"] = form.metadata
    if form.scope is not None:
        body["scope"] = form.scope
    _packages_reachable(body, scope)
    check_lifecycle(form.lifecycle, ("name", "description", "config", "metadata", "scope"), scope)
    document = defined.document
    return Resource(
        address=defined.address,
        body=body,
        span=Span(document.file),
        spans={key: document.key_span((key,)) for key in body if key in document.value},
        lifecycle=lifecycle(form.lifecycle),
        files=defined.made_of(),
    )


def _packages_reachable(body: dict[str, Any], scope: Scope) -> None:
    config = body.get("config") or {}
    networking = config.get("networking") or {}
    packages = [items for key, items in (config.get("packages") or {}).items() if key != "type"]
    limited = networking.get("type") == "limited"
    if limited and any(packages) and not networking.get("allow_package_managers"):
        scope.warning(
            "environment.packages_unreachable",
            "packages under limited networking need `allow_package_managers: true`",
            ("config", "packages"),
            "set it under `networking:`",
        )
