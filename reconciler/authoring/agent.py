"""One agent definition into a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciler.authoring.agent_form import AgentForm, EffortObject, LifecycleForm, ModelConfig
from reconciler.authoring.agent_form import Registration as RegistrationForm
from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.limits import check_limits, check_metadata, check_prompt
from reconciler.authoring.mcp import Server, compile_servers
from reconciler.authoring.prompt import Part, system_of
from reconciler.authoring.roster import Roster, compile_roster
from reconciler.authoring.run import Defined, Run, lf
from reconciler.authoring.skill_refs import SkillShelf, compile_skills
from reconciler.authoring.tools import Placed, compile_tools, declared
from reconciler.authoring.validate import check
from reconciler.authoring.variables import fill
from reconciler.engine.desired import Lifecycle, Resource
from reconciler.engine.diagnostics import Span

#: Keys that are checked against each other: with one of them broken, the others can't be judged.
_TOGETHER = (frozenset({"tools", "mcp_servers", "ntropii", "skills"}),)
#: The fields of an agent's body.
OWNABLE = (
    "name", "description", "model", "system", "tools", "mcp_servers", "skills", "multiagent",
    "execution_identity", "metadata",
)  # fmt: skip
_STAND_INS = {"model": "unknown"}


@dataclass(frozen=True, slots=True)
class Agent:
    """A translated agent, and what its registration and the lints need of it. `broken` are the
    keys that an error kept from being looked at."""

    resource: Resource
    defined: Defined
    tools: tuple[Placed, ...]
    servers: tuple[Server, ...]
    prompt: tuple[Part, ...]
    ntropii: RegistrationForm | None
    broken: frozenset[str] = frozenset()


def translate(defined: Defined, roster: Roster, shelf: SkillShelf, run: Run) -> Agent | None:
    """Validate and translate one agent; every finding goes to the run. None if nothing of the
    document could be read."""
    scope = defined.scope(run)
    form, broken = check(AgentForm, scope, together=_TOGETHER, stand_ins=_STAND_INS)
    if form is None:
        return None
    written = form.model_fields_set
    body: dict[str, Any] = {"name": form.name or defined.address.name.rpartition("/")[2]}
    if "description" in written:
        body["description"] = None if form.description is None else lf(form.description)
    body["model"] = _model(form, run, scope)
    system, prompt_place, prompt = system_of(form, defined, run, scope)
    if system is not None or (form.system is None and "system" in written):
        body["system"] = system
    if system is not None and prompt_place is not None:
        check_prompt(system, prompt_place, scope)
    tools = compile_tools(form.tools, scope)
    servers, tools = compile_servers(form.mcp_servers, tools, run.variables, scope)
    if tools or "tools" in written:
        body["tools"] = [item.body for item in tools]
    if "mcp_servers" in written:
        body["mcp_servers"] = [server.body for server in servers]
    if "skills" in written:
        folder = defined.definition.folder
        body["skills"] = compile_skills(form.skills, folder, shelf, run, scope)
    multiagent = compile_roster(form, defined.address, roster, run.variables, scope)
    if multiagent is not None or "multiagent" in written:
        body["multiagent"] = multiagent
    if "execution_identity" in written:
        body["execution_identity"] = _identity(form, run, scope)
    if form.metadata is not None:
        check_metadata(form.metadata, scope)
        body["metadata"] = form.metadata
    check_limits(body, tools, scope)
    check_lifecycle(form.lifecycle, OWNABLE, scope)
    resource = Resource(
        address=defined.address,
        body=body,
        span=Span(defined.document.file),
        spans=_spans(defined.document, body, prompt_place),
        lifecycle=lifecycle(form.lifecycle),
        files=defined.made_of(part.place.file for part in prompt),
    )
    ntropii = RegistrationForm() if form.ntropii is True else form.ntropii or None
    return Agent(resource, defined, tuple(tools), tuple(servers), prompt, ntropii, broken)


def check_lifecycle(form: LifecycleForm | None, fields: tuple[str, ...], scope: Scope) -> None:
    """`ignore` holds paths of fields that exist, or it would protect nothing."""
    for index, path in enumerate(form.ignore if form else ()):
        if path.partition(".")[0] not in fields:
            hint = nearest(path, list(fields)) or f"fields: {', '.join(fields)}"
            place = ("lifecycle", "ignore", index)
            scope.error("lifecycle.unknown_field", f"there is no field {path}", place, hint)


def lifecycle(form: LifecycleForm | None) -> Lifecycle:
    return Lifecycle() if form is None else Lifecycle(form.protect, tuple(form.ignore))


def _model(form: AgentForm, run: Run, scope: Scope) -> dict[str, Any]:
    """Always the object, with `effort` as a plain word."""
    model = form.model
    if isinstance(model, str):
        return {"id": fill(model, ("model",), run.variables, scope) or model}
    assert isinstance(model, ModelConfig)
    body = declared(model) | {
        "id": fill(model.id, ("model", "id"), run.variables, scope) or model.id
    }
    if isinstance(model.effort, EffortObject):
        body["effort"] = model.effort.type
    return body


def _identity(form: AgentForm, run: Run, scope: Scope) -> dict[str, Any] | None:
    if form.execution_identity is None:
        return None
    body = declared(form.execution_identity)
    if "role_arn" in body:
        place = ("execution_identity", "role_arn")
        body["role_arn"] = fill(body["role_arn"], place, run.variables, scope) or body["role_arn"]
    return body


def _spans(document: Document, body: dict[str, Any], prompt: Span | None) -> dict[str, Span]:
    """Places of the body's fields, and of each metadata pair and model setting."""
    value = document.value
    spans: dict[str, Span] = {}
    for key in body:
        written = "subagents" if key == "multiagent" and key not in value else key
        if written in value:
            spans[key] = document.key_span((written,))
            if key in ("metadata", "model") and isinstance(value[key], dict):
                for inner in value[key]:
                    spans[f"{key}.{inner}"] = document.key_span((key, inner))
    if "tools" in body and "tools" not in spans and "mcp_servers" in spans:
        spans["tools"] = spans["mcp_servers"]
    if prompt is not None and "system" not in spans:
        spans["system"] = prompt
    return spans
