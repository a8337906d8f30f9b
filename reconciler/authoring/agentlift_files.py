"""Which agents an agentlift project has: `.managed-agents/NAME/agent.md`, or CLAUDE.md.

Nothing outside that folder is read: the CLAUDE.md, `.claude/` and README around it are not the
agents' affair.
"""

from __future__ import annotations

from reconciler.authoring.discovery import Discovered, add, entries_of, other_file
from reconciler.authoring.files import Entry, Files
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning

ROOT = ".managed-agents"
SHARED = f"{ROOT}/shared"
_DEFINITIONS = ("agent.md", "CLAUDE.md")


def discover_agentlift(files: Files, found: Discovered, findings: list[Diagnostic]) -> None:
    """Add the agents of `.managed-agents`, under the names of their folders."""
    for entry in entries_of(files, ROOT, findings):
        if entry.is_folder and entry.path != SHARED:
            _agent(files, entry, found, findings)


def _agent(files: Files, folder: Entry, found: Discovered, findings: list[Diagnostic]) -> None:
    before = len(findings) + len(found.unmanaged)
    entries = {
        entry.name: entry
        for entry in entries_of(files, folder.path, findings, read=_DEFINITIONS)
        if entry.is_file
    }
    written = [entries.pop(name) for name in _DEFINITIONS if name in entries]
    for name, entry in entries.items():
        if name in ("agent.yaml", "agent.yml", "agent.json"):
            message = f"{name} is not read in {ROOT}"
            hint = "write agent.md, or move the folder to agents/"
            findings.append(error("form.not_read", message, hint, span=Span(entry.path)))
        elif name != "mcp.json":
            other_file(files, entry, found, findings)
    if not written:
        if len(findings) + len(found.unmanaged) == before:
            message = f"{folder.path} holds neither agent.md nor CLAUDE.md, so it is no agent"
            place = Span(folder.path)
            findings.append(warning("agent.no_definition", message, "write agent.md", span=place))
        return
    add(
        found.agents, folder.name, written[0], folder.path, findings,
        alone=True, dialect="agentlift",
    )  # fmt: skip
    for entry in written[1:]:
        findings.append(unread(entry.path, written[0].path))


def unread(path: str, other: str) -> Diagnostic:
    """The note about a file that has no effect because of the one beside it."""
    message = f"{path} is not read, because {other.rpartition('/')[2]} is beside it"
    return note("converted.unread", message, "delete the one that is not wanted", span=Span(path))
