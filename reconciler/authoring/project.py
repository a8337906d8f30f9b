"""reconcile.yaml: finding it, reading it, choosing the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.authoring.documents import Document, Overlay, Scope
from reconciler.authoring.files import Files, Refused, inside
from reconciler.authoring.forms import nearest
from reconciler.authoring.policies import policy_of
from reconciler.authoring.project_form import (
    ExpectForm,
    MoveForm,
    NtropiiDefaults,
    PathsForm,
    ProjectForm,
    TargetForm,
)
from reconciler.authoring.validate import check
from reconciler.authoring.yaml_source import Source, empty_values, parse
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Span, error
from reconciler.engine.policy import Policy

PROJECT_FILE = "reconcile.yaml"
SANDBOX = "sandbox"


class ProjectNotFound(Exception):
    """There is no reconcile.yaml in the folder or above it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Project:
    """reconcile.yaml as read: what holds for every target, and each target."""

    source: Source
    name: str
    default_target: str | None
    targets: Mapping[str, TargetForm]
    paths: PathsForm
    moved: tuple[MoveForm, ...] = ()
    policy: Policy = field(default_factory=Policy)
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """One target's settings."""

    name: str
    expect: ExpectForm = field(default_factory=ExpectForm)
    ntropii: NtropiiDefaults = field(default_factory=NtropiiDefaults)
    variables: Mapping[str, str] = field(default_factory=dict)
    overlays: Mapping[Address, Overlay] = field(default_factory=dict)


def find_root(start: Path) -> Path:
    """The folder of the nearest reconcile.yaml upwards. Raises ProjectNotFound."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    other = next((folder for folder in (start, *start.parents) if _misnamed(folder)), None)
    if other is not None:
        raise ProjectNotFound(f"{_misnamed(other)} must be called {PROJECT_FILE}")
    raise ProjectNotFound(
        f"no {PROJECT_FILE} in {start} or any folder above it; "
        "run this inside a project, or make one with `reconcile init`"
    )


def _misnamed(folder: Path) -> Path | None:
    path = folder / "reconcile.yml"
    return path if path.is_file() else None


def read_project(files: Files, findings: list[Diagnostic]) -> Project | None:
    """Read reconcile.yaml. None, with findings, if it is not YAML with a mapping in it."""
    try:
        data = files.read(PROJECT_FILE)
    except Refused as refused:
        findings.append(refused.at(Span(PROJECT_FILE)))
        return None
    source, problems = parse(PROJECT_FILE, data)
    findings.extend(problems)
    if source is None:
        return None
    findings.extend(empty_values(source))
    scope = Scope(Document(source, source.value), "", findings)
    form, bad = check(ProjectForm, scope, stand_ins={"version": 1, "project": "unnamed"})
    if form is None:
        return None
    return Project(
        source=source,
        name="" if "project" in bad else form.project,
        default_target=form.default_target,
        targets={name: item or TargetForm() for name, item in (form.targets or {}).items()},
        paths=_paths(form, scope, files),
        moved=tuple(form.moved or ()),
        policy=policy_of(form.policy, source),
        usable=not bad & {"targets", "default_target"},
    )


def _paths(form: ProjectForm, scope: Scope, files: Files) -> PathsForm:
    if form.paths is None:
        return PathsForm()
    cleaned: dict[str, str] = {}
    for key in sorted(form.paths.model_fields_set):
        try:
            cleaned[key] = inside("", getattr(form.paths, key))
            if not files.is_folder(cleaned[key]):
                hint = "make the folder, or mind the spelling"
                raise Refused("path.missing", f"there is no folder {cleaned[key]}", hint)
        except Refused as refused:
            cleaned.pop(key, None)
            scope.error(refused.code, str(refused), ("paths", key), refused.hint)
    return PathsForm(**cleaned)


def target_names(project: Project) -> tuple[str, ...]:
    """Every declared target, and `sandbox`, which always exists."""
    return tuple(sorted({*project.targets, SANDBOX}))


def choose_target(project: Project, wanted: str | None, findings: list[Diagnostic]) -> str | None:
    """The target's name: the wanted one, else the default, else the only one, else `sandbox`."""
    names = target_names(project)
    place = project.source.key_span(("targets",))
    default = project.default_target
    if default is not None and default not in names:
        findings.append(_no_target(default, names, project.source.span(("default_target",))))
    if wanted is None and default is not None:
        return default if default in names else None
    if wanted is not None:
        if wanted in names:
            return wanted
        findings.append(_no_target(wanted, names, place))
        return None
    if len(project.targets) == 1:
        return next(iter(project.targets))
    if not project.targets:
        return SANDBOX
    message = f"several targets ({', '.join(sorted(project.targets))}) and no default"
    hint = "set `default_target:`, or name one with --target"
    findings.append(error("target.required", message, hint, span=place))
    return None


def _no_target(name: str, names: tuple[str, ...], place: Span) -> Diagnostic:
    hint = nearest(name, list(names)) or f"targets: {', '.join(names)}"
    return error("target.unknown", f"there is no target {name}", hint, span=place)


def settings_of(project: Project, name: str, findings: list[Diagnostic]) -> Settings:
    """What reconcile.yaml says about the target."""
    form = project.targets.get(name) or TargetForm()
    _no_variables(project, name, form, findings)
    return Settings(
        name=name,
        expect=form.expect or ExpectForm(),
        ntropii=form.ntropii or NtropiiDefaults(),
        variables=form.variables or {},
        overlays=_overlays(project, name, form, findings),
    )


def variable_places(project: Project, name: str) -> dict[str, Span]:
    """Where the target's variables stand."""
    form = project.targets.get(name) or TargetForm()
    at = ("targets", name, "variables")
    return {key: project.source.key_span((*at, key)) for key in form.variables or ()}


_FOLLOWS = "it follows from an agent's `ntropii:` and `mcp_servers:`; override those of agent/NAME"
#: What to override in place of what can't be.
_INSTEAD = {
    "skill": "a skill is its folder; name another one in `skills:` of an override of agent/NAME",
    "vault": _FOLLOWS,
    "registration": _FOLLOWS,
    "credential": _FOLLOWS,
}


def _no_variables(
    project: Project, name: str, form: TargetForm, findings: list[Diagnostic]
) -> None:
    """A variable's value is final, and what is compared with an answer is written out."""
    expect = form.expect.model_dump() if form.expect else {}
    for key, values in (("variables", form.variables or {}), ("expect", expect)):
        for inner, value in values.items():
            if value is not None and "${" in value:
                message = f"`{key}.{inner}`: a variable is not replaced here"
                place = project.source.span(("targets", name, key, inner))
                hint = "write the value itself"
                findings.append(error("variable.not_here", message, hint, span=place))


def _overlays(
    project: Project, name: str, form: TargetForm, findings: list[Diagnostic]
) -> dict[Address, Overlay]:
    overlays: dict[Address, Overlay] = {}
    for text, patch in (form.overrides or {}).items():
        at = ("targets", name, "overrides", text)
        try:
            address = Address.parse(text)
        except ValueError as problem:
            place = project.source.key_span(at)
            hint = "write agent/NAME or environment/NAME"
            findings.append(error("override.address", str(problem), hint, span=place))
            continue
        if address.kind not in ("agent", "environment"):
            place = project.source.key_span(at)
            article = "an" if address.kind[0] in "aeiou" else "a"
            message = f"an override changes agents and environments, not {article} {address.kind}"
            findings.append(error("override.address", message, _INSTEAD[address.kind], span=place))
            continue
        overlays[address] = Overlay(project.source, at, patch)
    return overlays
