"""Files that are called like an agent's, or lie where agents lie, and are something else.

`agent.yaml` is a name that many tools use, so the content decides. What is recognised is named as
what it is: one finding in place of one for each key that means nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.authoring.files import Refused
from reconciler.authoring.markdown import parse_markdown
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import Source, parse_text
from reconciler.engine.diagnostics import Diagnostic, Span, error, warning

_NOT_AN_AGENT = "move it elsewhere, or write the agent with `model:`, `system:`, `tools:`"
_CONVERT = "`reconcile import --from claude-code PATH --into DIR` converts it"
_CLAUDE_CODE = "a Claude Code subagent"
#: Keys that only Claude Code knows.
_CLAUDE_CODE_KEYS = frozenset({
    "allowed-tools", "color", "disallowedTools", "hooks", "initialPrompt", "isolation", "maxTurns",
    "permissionMode",
})  # fmt: skip
_ALIASES = ("haiku", "inherit", "opus", "sonnet")


def foreign(source: Source, *, prose: bool = False) -> Diagnostic | None:
    """The finding that a definition is another tool's, if it is; `prose`: it is Markdown."""
    value = source.value
    if not isinstance(value, dict):
        return None
    what, key = _manifest(value) or ("", "")
    if what:
        message = f"this is {what}, not a managed agent"
        return error("agent.foreign", message, _NOT_AN_AGENT, span=source.key_span((key,)))
    if prose and (key := claude_code_key(value)):
        message = f"this is {_CLAUDE_CODE}, not a managed agent"
        return error("agent.claude_code", message, _CONVERT, span=source.key_span((key,)))
    return None


def foreign_among_several(file: str, data: bytes, found: list[Diagnostic]) -> Diagnostic | None:
    """The same of a file that can't be read only because it holds several documents, as manifests
    often do: the first of them decides."""
    several = next((one for one in found if one.code == "yaml.several_documents"), None)
    if several is None or several.span is None:
        return None
    lines = data.decode("utf-8-sig", errors="replace").split("\n")
    source, _ = parse_text(file, "\n".join(lines[: several.span.line - 1]))
    return None if source is None else foreign(source)


def foreign_texts(texts: Iterable[str], run: Run) -> None:
    """Warn of Markdown beside agents that looks like one and that nothing reads."""
    for path in texts:
        if run.files.was_read(path):  # some agent's prompt
            continue
        try:
            source, problems = parse_markdown(path, run.files.read(path), bare=True)
        except Refused:
            continue
        if source is not None and not problems:
            _foreign_text(path, source.value, run)


def _foreign_text(path: str, value: Any, run: Run) -> None:
    if not isinstance(value, dict):
        return
    if claude_code_key(value) or ({"name", "description"} <= value.keys() and "model" not in value):
        message = f"this is {_CLAUDE_CODE}; it is not read as an agent"
        run.findings.append(warning("agent.claude_code", message, _CONVERT, span=Span(path)))
    elif "model" in value:
        name = path.rpartition("/")[2]
        message = f"{name} has a `model:`, but is not read as an agent under this name"
        hint = f"rename it to {name.removesuffix('.md')}.agent.md, if it is one"
        run.findings.append(warning("agent.misnamed", message, hint, span=Span(path)))


def claude_code_key(value: Mapping[str, Any]) -> str:
    """The first key that shows frontmatter to be Claude Code's, or ""."""
    listed = isinstance(value.get("tools"), list)
    for key, item in value.items():
        if key in _CLAUDE_CODE_KEYS or (key == "model" and item in _ALIASES and not listed):
            return key
        if key == "tools" and isinstance(item, str) and _is_list_of_words(item):
            return key
    return ""


def _is_list_of_words(tools: str) -> bool:
    return "," in tools or "(" in tools or tools.startswith("mcp__") or tools[:1].isupper()


def _manifest(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """What the mapping is a manifest of, and the key that shows it."""
    spec = value.get("spec")
    if isinstance(spec, dict) and "forProvider" in spec:
        return "a Crossplane manifest", "spec"
    if "crossplane" in str(value.get("apiVersion", "")):
        return "a Crossplane manifest", "apiVersion"
    if value.get("kind") == "AgentProject":
        return "a harness project (kind: AgentProject)", "kind"
    for keys, what in _STRONG:
        if keys <= value.keys():
            return what, min(keys)
    if "model" in value:
        return None
    for keys, what in _WEAK:
        if keys <= value.keys() and isinstance(value[min(keys)], dict | list | str):
            return what, min(keys)
    return None


#: Keys that no agent has, whatever stands beside them.
_STRONG = (
    (frozenset({"apiVersion", "kind"}), "a Kubernetes-style manifest (apiVersion, kind)"),
    (frozenset({"base_agent"}), "a Gemini agent template (base_agent)"),
    (frozenset({"supervisor"}), "a Medcius manifest (supervisor)"),
    (frozenset({"spec_version"}), "a manifest with a spec_version"),
)
#: Keys that show another tool's file if there is no `model`.
_WEAK = (
    (frozenset({"services"}), "a Docker Compose file (services)"),
    (frozenset({"resource"}), "a Terraform configuration (resource)"),
    (frozenset({"terraform"}), "a Terraform configuration (terraform)"),
    (frozenset({"jobs"}), "a CI workflow (jobs)"),
    (frozenset({"kind"}), "a manifest of another kind"),
    (
        frozenset({"agent", "environment"}),
        "an envelope around an agent and its environment",
    ),
    (frozenset({"agent"}), "an envelope around an agent"),
)
