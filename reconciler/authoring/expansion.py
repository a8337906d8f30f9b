"""A definition with everything it names put in its place: dialect, included files, mcp.json.

From here on there is one form, and every part of it still knows where it was written.
"""

from __future__ import annotations

from reconciler.authoring import ant_apply, cookbook
from reconciler.authoring.agentlift import converted, servers_of
from reconciler.authoring.discovery import Definition
from reconciler.authoring.documents import Document, Item, Scope
from reconciler.authoring.includes import is_include, spliced
from reconciler.authoring.manifests import Manifests
from reconciler.authoring.mcp_file import FILE, read_servers
from reconciler.authoring.run import Run
from reconciler.authoring.unsupported import without_local_servers, without_unmapped
from reconciler.engine.address import Address


def expanded(
    document: Document,
    definition: Definition,
    address: Address,
    agents: Manifests,
    run: Run,
) -> Document:
    """The document in this project's own form, complete; `agents` are the project's, by file.

    `mcp.json` beside an agent adds to its `mcp_servers`; a name in both is two servers of one
    name, which is an error like any other.
    """
    if not isinstance(document.value, dict):
        return document
    scope = Scope(document, str(address), run.findings)
    if definition.dialect == "agentlift":
        servers = servers_of(document, definition.folder, scope, run)
        document = converted(document, definition.folder, scope, run)
        document = document.without("mcp")
    else:
        servers = _beside(definition, address, run)
    if cookbook.is_cookbook(document):
        document = cookbook.in_own_words(document, definition.folder, agents, address, run)
    document = ant_apply.in_own_words(document, definition, agents, address, run)
    return _lists(document, servers, definition.folder, address, run)


def _beside(definition: Definition, address: Address, run: Run) -> list[Item]:
    path = f"{definition.folder}/{FILE}"
    if not definition.alone or not run.files.is_file(path):
        return []
    return list(read_servers(path, str(address), run).values())


def _lists(
    document: Document, added: list[Item], folder: str, address: Address, run: Run
) -> Document:
    """`tools` and `mcp_servers` with their includes, and the servers of mcp.json."""
    listed = {key: document.items((key,)) for key in ("tools", "mcp_servers")}
    includes = any(is_include(item.value) for items in listed.values() for item in items)
    if not (added or includes or run.skip_unsupported):
        return document
    name = str(address)
    tools = list(spliced(listed["tools"], folder, name, run))
    servers = [*spliced(listed["mcp_servers"], folder, name, run), *added]
    if run.skip_unsupported:
        servers, tools = without_local_servers(servers, tools, name, run)
        tools = without_unmapped(tools, name, run)
    for key, items in (("tools", tools), ("mcp_servers", servers)):
        if isinstance(document.value.get(key), list) or (items and document.value.get(key) is None):
            document = document.with_items((key,), items)
    return document
