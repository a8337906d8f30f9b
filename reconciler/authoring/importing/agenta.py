"""Agenta's agent configuration (`AgentConfig`, JSON or YAML) as a definition of this project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.authoring.files import Files, Refused, inside
from reconciler.authoring.importing.agent_document import Imported, placed_prompt
from reconciler.authoring.importing.agenta_tools import (
    DEFAULTS,
    converted_servers,
    converted_tools,
)
from reconciler.authoring.importing.conversion import (
    Asked,
    Conversion,
    Converted,
    Page,
    conversion,
    folder_name,
    model_of,
    unreadable,
)
from reconciler.authoring.importing.yaml_text import NotYaml, yaml_text
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.diagnostics import Diagnostic, error

_ENDINGS = (".json", ".yaml", ".yml")
_READ = ("name", "description", "agents_md", "model", "tools", "mcp_servers", "skills")
_SKILL = ("name", "description", "body", "files", "disable_model_invocation")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_NO_COUNTERPART: Mapping[str, str] = {
    "harness": "the platform is the only harness",
    "harness_extras": "what only one harness understands has no meaning here",
    "harness_permissions": "write a suffix to each tool: bash:ask, read:allow",
    "runner": "the platform runs the agent",
    "sandbox": "a session's container is described by an environment",
    "sandbox_permission": "describe the network in an environment, under `networking:`",
}


def convert(asked: Asked) -> Conversion:
    """The configuration in one file, or in each file of a folder."""
    findings: list[Diagnostic] = []
    path = asked.path.absolute()
    root = path.parent if path.is_file() else path
    files = Files(root)
    try:
        names = [path.name] if path.is_file() else _names(files)
    except Refused as refused:
        return Conversion((), (unreadable(refused, path.name),))
    if not names:
        message = f"{path.name} holds no configuration"
        findings.append(error("import.nothing", message, "name a JSON or YAML file"))
    return conversion(_converted(files, names, asked, findings), findings)


def _names(files: Files) -> list[str]:
    return [entry.name for entry in files.entries("") if entry.name.endswith(_ENDINGS)]


def _converted(
    files: Files, names: list[str], asked: Asked, findings: list[Diagnostic]
) -> Iterator[Converted]:
    for name in names:
        try:
            source, problems = parse_file(name, files.read(name))
        except Refused as refused:
            findings.append(unreadable(refused, name))
            continue
        findings += problems
        if source is None:
            continue
        page = Page(source, findings, asked.skip)
        if not isinstance(source.value, dict) or not {"agents_md", "model"} & source.value.keys():
            hint = "a configuration has `agents_md`, `model`, `tools` …"
            page.error("agent.foreign", "this is no Agenta agent configuration", (), hint)
            continue
        agent = _agent(Path(name).stem, source.value, page, asked)
        if agent is not None:
            yield agent


def _agent(stem: str, value: dict[str, Any], page: Page, asked: Asked) -> Converted | None:
    name = folder_name(stem, page)
    document: dict[str, Any] = {}
    for key in ("name", "description"):
        if value.get(key) and not (key == "name" and value[key] == stem):
            document[key] = str(value[key])
    document["model"] = _model(value.get("model"), page, asked)
    text = value.get("agents_md") or ""
    if not isinstance(text, str):
        page.error("field.type", "`agents_md` must be text", ("agents_md",))
        text = ""
    prompt = placed_prompt(document, text)
    default = _default(value.get("permissions"), page)
    tools, files = converted_tools(value.get("tools"), default, page)
    if tools:
        document["tools"] = tools
    if servers := list(converted_servers(value.get("mcp_servers"), default, page)):
        document["mcp_servers"] = servers
    skills = dict(_skills(value.get("skills"), page))
    if skills:
        document["skills"] = [f"./skills/{skill}" for skill in skills]
        for skill, contents in skills.items():
            files |= {f"skills/{skill}/{path}": data for path, data in contents.items()}
    for key in value:
        if key not in (*_READ, "permissions"):
            hint = _NO_COUNTERPART.get(key, "take it out")
            page.loss("field.unknown", f"`{key}` has no counterpart on the platform", (key,), hint)
    if not page.safe(f"the agent {stem}", files, ()):
        return None
    if name is None or document["model"] is None:
        return None
    return Converted(name, Imported(document, prompt), files)


def _model(model: Any, page: Page, asked: Asked) -> Any:
    """`provider/id`, or the mapping of provider, id and settings; only one provider is here."""
    place: KeyPath = ("model",)
    settings: Mapping[str, Any] = {}
    if isinstance(model, dict):
        provider, word = str(model.get("provider", "anthropic")), model.get("id")
        settings = page.mapping(model.get("settings"), (*place, "settings"))
        for key in model:
            if key not in ("provider", "id", "settings"):
                message = f"`{key}` of a model has no counterpart on the platform"
                page.loss("field.unknown", message, (*place, key), "take it out")
    else:
        text = str(model or "")
        provider, slash, word = text.partition("/")
        if not slash:
            provider, word = "anthropic", text
    if provider != "anthropic":
        message = f"the platform has no models of {provider}"
        page.error("model.alias", message, place, "write the id of a Claude model")
        return None
    found = model_of(word, asked.models, place, page)
    effort = None
    for key, item in settings.items():
        if key == "effort" and item in _EFFORTS:
            effort = item
        else:
            message = f"the setting `{key}` of a model has no counterpart on the platform"
            page.loss("field.unknown", message, (*place, "settings", key), "take it out")
    return {"id": found, "effort": effort} if found and effort else found


def _default(permissions: Any, page: Page) -> str:
    """What holds for a tool without a permission of its own; Agenta's default is `allow_reads`."""
    written = page.mapping(permissions, ("permissions",))
    for key in written:
        if key != "default":
            message = f"`{key}` has no counterpart on the platform"
            page.loss("field.unknown", message, ("permissions", key), "say it at the tool")
    default = written.get("default", "allow_reads")
    if not isinstance(default, str) or default not in DEFAULTS:
        message = f"there is no permission {default}"
        page.error("tools.policy", message, ("permissions", "default"), ", ".join(DEFAULTS))
        return "ask"
    if default == "allow_reads":
        message = "allow_reads: what only reads runs, the rest asks; said at each tool here"
        place: KeyPath = ("permissions", "default") if "default" in written else ()
        page.note("converted.permission", message, place)
    return str(default)


def _skills(listed: Any, page: Page) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Name and files of each skill that is written inline."""
    seen: set[str] = set()
    for at, skill in enumerate(page.listed(listed, ("skills",))):
        path: KeyPath = ("skills", at)
        if not isinstance(skill, dict) or "@ag.embed" in skill:
            message = "a skill that is kept elsewhere can't be read from here"
            page.loss("skill.reference", message, path, "write it inline: name, description, body")
            continue
        name = skill.get("name")
        if not all(isinstance(skill.get(key), str) for key in ("name", "description", "body")):
            page.error("field.missing", "a skill has `name`, `description` and `body`", path)
            continue
        if folder_name(str(name), page) is None:
            continue
        if str(name) in seen:
            page.error("skill.duplicate", f"two skills are called {name}", path, "rename one")
            continue
        seen.add(str(name))
        page.only(skill, (*_SKILL, "allow_executable_files"), path)
        try:
            found = _skill_files(skill, path, page)
        except NotYaml:
            page.error("skill.description", "the description has no form in YAML", path)
            continue
        if page.safe(f"the skill {name}", found, path):
            yield str(name), found


def _skill_files(skill: dict[str, Any], path: KeyPath, page: Page) -> dict[str, bytes]:
    head = {"name": skill["name"], "description": skill["description"]}
    if skill.get("disable_model_invocation"):
        head["disable-model-invocation"] = True
        message = "the platform loads a skill when its description fits; this key has no effect"
        page.note("converted.skill", message, (*path, "disable_model_invocation"))
    found = {"SKILL.md": f"---\n{yaml_text(head)}---\n{skill['body']}".encode()}
    for at, file in enumerate(page.listed(skill.get("files"), (*path, "files"))):
        place = (*path, "files", at)
        named = file.get("path") if isinstance(file, dict) else None
        content = file.get("content") if isinstance(file, dict) else None
        if not isinstance(named, str) or not isinstance(content, str):
            page.error("field.missing", "a file has `path` and `content`", place)
            continue
        if not page.only(file, ("path", "content", "executable"), place):
            continue  # its content may mean something else
        try:
            where = inside("", named)
        except Refused as refused:
            page.error(refused.code, str(refused), place, refused.hint)
            continue
        if where in found or where != named:
            page.error("path.outside", f"{named} is no plain path of its own", place)
            continue
        if file.get("executable"):
            message = f"{named} loses its executable bit: an upload carries no mode"
            page.note("converted.skill", message, (*place, "executable"), "call it with its shell")
        found[where] = content.encode()
    return found
