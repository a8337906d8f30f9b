"""Behind the translation: secrets in what was read, the lints, and what is to be silenced."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.authoring.agent import Agent
from reconciler.authoring.agent_form import AgentForm
from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.environments import EnvironmentForm
from reconciler.authoring.lints import run_lints
from reconciler.authoring.lints.given import Given
from reconciler.authoring.project import Project
from reconciler.authoring.registrations import Registered
from reconciler.authoring.run import Defined, Run, read_text
from reconciler.authoring.secrets import in_files
from reconciler.authoring.silence import Silence, of_definition, of_project
from reconciler.authoring.skill_refs import SkillShelf
from reconciler.engine.desired import Resource


def review(
    project: Project,
    agents: list[Agent],
    environments: list[Defined],
    rooms: list[Resource],
    registered: list[Registered],
    shelf: SkillShelf,
    run: Run,
) -> list[Silence]:
    """Report what the lints find, and return the entries of `silence:` that are in order."""
    run.findings.extend(in_files(run.files.kept))
    run.findings.extend(run_lints(_given(agents, rooms, registered, shelf, run)))
    return list(_silences(project, agents, environments, run))


def _given(
    agents: list[Agent],
    rooms: list[Resource],
    registered: list[Registered],
    shelf: SkillShelf,
    run: Run,
) -> Given:
    """What is in order: of an agent with an error, nobody knows what it was meant to be."""
    broken = {item.address for item in run.findings if item.severity == "error"}
    details = [item.resource.registration for item in registered]
    whole = [agent for agent in agents if str(agent.resource.address) not in broken]
    return Given(
        agents=tuple(sorted(whole, key=lambda agent: agent.resource.address)),
        environments={room.address: room for room in rooms},
        registrations={item.agent: item for item in details if item is not None},
        unattended=frozenset(
            agent.resource.address for agent in whole if agent.ntropii is not None
        ),
        skills=tuple(skill for _, skill in sorted(shelf.read.items()) if skill is not None),
        text=lambda file: read_text(run, file),
    )


def _silences(
    project: Project, agents: list[Agent], environments: list[Defined], run: Run
) -> Iterator[Silence]:
    fields = [name for name in AgentForm.model_fields if name != "silence"]
    for agent in agents:
        yield from of_definition(agent.defined.scope(run), fields, _texts(agent))
    fields = [name for name in EnvironmentForm.model_fields if name != "silence"]
    for defined in environments:
        yield from of_definition(defined.scope(run), fields, {})
    document = Document(project.source, project.source.value)
    yield from of_project(Scope(document, "", run.findings))


def _texts(agent: Agent) -> dict[str, set[str]]:
    """The files that `system` and `knowledge` bring in, besides the definition itself."""
    texts: dict[str, set[str]] = {}
    document = agent.defined.document
    for part in agent.prompt:
        if part.place.file != document.file or part.key not in document.value:
            texts.setdefault(part.key, set()).add(part.place.file)
    return texts
