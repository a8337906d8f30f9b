"""From a folder to `Desired`: the order in which everything is read, checked and translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.authoring.adoptions import adoptions_of
from reconciler.authoring.agent import Agent, translate
from reconciler.authoring.ant_apply import environment_in_own_words
from reconciler.authoring.ant_skills import named_skills
from reconciler.authoring.definitions import definitions_of
from reconciler.authoring.discovery import Definition
from reconciler.authoring.documents import Overlay, overlaid
from reconciler.authoring.environments import translate_environment
from reconciler.authoring.expansion import expanded
from reconciler.authoring.files import Files, Refused
from reconciler.authoring.foreign import foreign, foreign_among_several, foreign_texts
from reconciler.authoring.forms import nearest
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.markdown import AGENT, ENVIRONMENT, parse_markdown
from reconciler.authoring.moves import moves_of
from reconciler.authoring.project import (
    Project,
    Settings,
    choose_target,
    find_root,
    read_project,
    settings_of,
    target_names,
    variable_places,
)
from reconciler.authoring.prompt import Part
from reconciler.authoring.registrations import register, registration_resources
from reconciler.authoring.review import review
from reconciler.authoring.roster import roster_of
from reconciler.authoring.run import Defined, Run
from reconciler.authoring.silence import Silence, apart
from reconciler.authoring.skill_refs import (
    SkillShelf,
    project_skills,
    skill_resources,
    unused_skills,
)
from reconciler.authoring.tidy import tidied, tidy_silenced
from reconciler.authoring.unsupported import report_unmanaged
from reconciler.authoring.variables import Variables, check_places
from reconciler.authoring.yaml_source import Source, empty_values
from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Expectation, Resource, Target
from reconciler.engine.diagnostics import (
    Diagnostic,
    Silenced,
    Span,
    error,
    has_errors,
    warning,
)
from reconciler.engine.policy import Policy
from reconciler.engine.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a project says for one target. `desired` is None if an error makes it unusable.

    `provenance` says of each value that a definition's own file does not hold where it is from.
    """

    root: Path
    project: str
    target: str
    targets: tuple[str, ...]
    desired: Desired | None
    findings: tuple[Diagnostic, ...]
    provenance: tuple[Provenance, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a project says, with the definitions that say it: agents and environments as they stand
    for the target, by address, and the texts of each agent's prompt."""

    loaded: Loaded
    definitions: Mapping[Address, Defined]
    prompts: Mapping[Address, tuple[Part, ...]]


def load(
    start: Path,
    *,
    target: str | None,
    variables: Mapping[str, str],
    environ: Mapping[str, str],
    skip_unsupported: bool = False,
    files: Files | None = None,
) -> Loaded:
    """Read the project around `start` for a target; every finding of the run is reported at once.

    `target` None means the default target, else the only one, else `sandbox`. With
    `skip_unsupported`, what the platform can't represent is left out with a warning. `files` stand
    for those around `start`, to read what a project would be. Raises
    ProjectNotFound if there is no reconcile.yaml; everything else is a diagnostic.
    """
    whole = load_whole(
        start,
        target=target,
        variables=variables,
        environ=environ,
        skip_unsupported=skip_unsupported,
        files=files,
    )
    return whole.loaded


def load_whole(
    start: Path,
    *,
    target: str | None,
    variables: Mapping[str, str],
    environ: Mapping[str, str],
    skip_unsupported: bool = False,
    files: Files | None = None,
) -> Whole:
    """The same as `load`, and the definitions."""
    files = files or Files(find_root(start))
    root = files.root
    findings: list[Diagnostic] = []
    project = read_project(files, findings)
    if project is None:
        return Whole(Loaded(root, "", target or "", ("sandbox",), None, tidied(findings)), {}, {})
    names = target_names(project)
    chosen = choose_target(project, target, findings) if project.usable else None
    if chosen is None:
        loaded = Loaded(root, project.name, target or "", names, None, tidied(findings))
        return Whole(loaded, {}, {})
    settings = settings_of(project, chosen, findings)
    run = Run(
        files=files,
        project=project.name,
        settings=settings,
        paths=project.paths,
        variables=Variables(
            variables, settings.variables, environ, chosen, variable_places(project, chosen)
        ),
        environ=environ,
        findings=findings,
        skip_unsupported=skip_unsupported,
    )
    read = _desired(project, run)
    usable = read.desired if not has_errors(findings) else None
    left, silenced = apart(findings, read.silences)
    loaded = Loaded(
        root,
        project.name,
        chosen,
        names,
        usable,
        tidied(left),
        _provenance(run, read.desired),
        tidy_silenced(silenced),
        project.policy,
    )
    prompts = {agent.resource.address: agent.prompt for agent in read.agents}
    return Whole(loaded, {one.address: one for one in read.defined}, prompts)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read for one target."""

    desired: Desired
    silences: list[Silence]
    defined: list[Defined]
    agents: list[Agent]


def _desired(project: Project, run: Run) -> _Read:
    discovered = definitions_of(run.files, run.paths, run.findings)
    report_unmanaged(discovered.unmanaged, run)
    taken: dict[Address, str] = {}
    agents = _defined("agent", discovered.agents, taken, run)
    environments = _defined("environment", discovered.environments, taken, run)
    _unknown_overrides(project, taken, run)
    shelf = SkillShelf(named_skills(agents, discovered.named_skills))
    project_skills(discovered.skills, shelf, run)
    roster = roster_of(agents, (address for address in taken if address.kind == "agent"))
    translated = [translate(defined, roster, shelf, run) for defined in agents]
    known: list[Agent] = [agent for agent in translated if agent is not None]
    declared = [translate_environment(defined, run) for defined in environments]
    rooms: list[Resource] = [resource for resource in declared if resource is not None]
    unused_skills(discovered.agents, shelf, run)
    foreign_texts(discovered.texts, run)
    registered = register(known, rooms, run)
    _variables_in_place(known, environments, run)
    skills = list(skill_resources(shelf, run))
    resources = [
        *(agent.resource for agent in known),
        *rooms,
        *skills,
        *registration_resources(registered),
    ]
    if not resources and not has_errors(run.findings):
        message = "the project defines nothing"
        hint = "add agents/NAME/agent.yaml"
        run.findings.append(warning("project.empty", message, hint, span=Span("reconcile.yaml")))
    silences = review(project, known, environments, rooms, registered, shelf, run)
    desired = Desired(
        project=run.project,
        target=_target(run.settings, tuple(sorted({item.tenant for item in registered}))),
        resources=tuple(sorted(resources, key=lambda resource: resource.address)),
        moved=moves_of(project, taken, run),
        adoptions=adoptions_of(known, environments, skills, target_names(project), run),
    )
    return _Read(desired, silences, [*agents, *environments], known)


def _variables_in_place(agents: list[Agent], environments: list[Defined], run: Run) -> None:
    """Only now is it known which places were looked at for a variable."""
    for agent in agents:
        check_places(agent.defined.scope(run), run.variables, agent.broken)
    for environment in environments:
        check_places(environment.scope(run), run.variables)


def _provenance(run: Run, desired: Desired) -> tuple[Provenance, ...]:
    """What variables and overrides brought about, by address and place."""
    declared = {str(resource.address) for resource in desired.resources}
    overrides = (
        found
        for address, overlay in run.settings.overlays.items()
        if str(address) in declared
        for found in overlay.provenance(str(address), run.settings.name)
    )
    everything = (*run.variables.used, *overrides)
    return tuple(sorted(everything, key=lambda item: (item.address, item.path, item.variable)))


def _target(settings: Settings, tenants: tuple[str, ...]) -> Target:
    expect = settings.expect
    expectation = Expectation(expect.workspace or "", expect.organization or "")
    return Target(settings.name, expectation, tenants)


def _defined(
    kind: str, definitions: list[Definition], taken: dict[Address, str], run: Run
) -> list[Defined]:
    """Every definition parsed, with its address and the target's override merged in. `taken`
    gains each address with its file, those of files that can't be read too."""
    found: list[Defined] = []
    folded: dict[str, Address] = {}
    manifests = {item.file: Address(kind, item.name) for item in definitions if item.name}
    for definition in definitions:
        source = _read(definition, kind, run)
        if source is None:
            if definition.name:  # a roster may still name it
                taken.setdefault(Address(kind, definition.name), definition.file)
            continue
        address = Address(kind, definition.name or _named(source, kind))
        if address in taken:
            message = f"{address} is defined by {taken[address]}, too"
            hint = "rename or delete one of them"
            place = Span(definition.file)
            run.findings.append(error("address.duplicate", message, hint, span=place))
            continue
        other = folded.setdefault(address.name.casefold(), address)
        if other != address:
            message = f"{address} and {other} differ only in case, and are one on some disks"
            place = Span(definition.file)
            hint = "rename one of them"
            run.findings.append(error("address.duplicate", message, hint, span=place))
        taken[address] = definition.file
        overlay: Overlay | None = run.settings.overlays.get(address)
        document = overlaid(source, overlay)
        if kind == "agent":
            document = expanded(document, definition, address, manifests, run)
        else:
            document = environment_in_own_words(document, definition, address, run)
        found.append(Defined(address, definition, document))
    return found


def _read(definition: Definition, kind: str, run: Run) -> Source | None:
    path = definition.file
    prose = path.endswith(".md")
    try:
        data = run.files.read(path)
    except Refused as refused:
        run.findings.append(refused.at(Span(path)))
        return None
    agentlift = definition.dialect == "agentlift"
    example = AGENT if kind == "agent" else ENVIRONMENT
    source, problems = (
        parse_markdown(path, data, bare=agentlift, example=example)
        if prose
        else parse_file(path, data)
    )
    if source is None:
        other = foreign_among_several(path, data, problems) if kind == "agent" else None
        run.findings.extend([other] if other else problems)
        return None
    other = foreign(source, prose=prose and not agentlift) if kind == "agent" else None
    if other is not None:
        run.findings.append(other)
        return None
    run.findings.extend([*problems, *empty_values(source)])
    return source


def _named(source: Source, kind: str) -> str:
    """An address's name from `name:`, for a file whose path has none to give."""
    value = source.value.get("name") if isinstance(source.value, dict) else None
    slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-") if isinstance(value, str) else ""
    return slug or kind


def _unknown_overrides(project: Project, known: Iterable[Address], run: Run) -> None:
    for address, overlay in run.settings.overlays.items():
        if address not in known:
            place = project.source.key_span(overlay.at)
            message = f"there is no {address} to override"
            hint = nearest(str(address), [str(item) for item in known])
            run.findings.append(error("override.unknown", message, hint, span=place))
