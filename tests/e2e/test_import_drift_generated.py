"""Whatever is edited by hand, in whatever style a folder is written: the plan is empty afterwards,
and no line changed but those of the fields that drifted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.authoring.importing.pages import page_of
from reconciler.sandbox import Server
from tests.e2e.conftest import Project
from tests.e2e.drifting import MODEL, URL, by_hand, mcp_tools, toolset

#: A head that every folder has, and then the styles.
HEAD = (
    f"# An agent.\nname: Agent  # its name\ndescription: |  # d\n  Old.\n\n  And more.\n\n"
    f"# the model\nmodel: {MODEL}  # m\n"
)
PAIRS = "# who\nmetadata:\n  # the team\n  owner: funds  # o\n  tier: 'gold'\n"
STYLES = {
    "flow": f'{HEAD}tools: [read, "bash:ask"]  # t\n{PAIRS}# end\n',
    "block": f"{HEAD}tools:\n  # files\n  - Read  # r\n  - write:ask\n  # shell\n  - 'bash:ask'\n{PAIRS}",
    "broken": f"{HEAD}tools: [\n  read,  # r\n  # shell\n  bash:ask,\n  grep\n]\n{PAIRS}",
    "all": f"{HEAD}tools: all:ask  # t\n{PAIRS}",
    "all-and": f'{HEAD}tools:\n- all\n- "bash:ask"  # b\n{PAIRS}',
    "typed": (
        f"{HEAD}tools:\n  - type: agent_toolset_20260401\n    # none but\n"
        "    default_config: {enabled: false}\n    configs:\n      # shell\n      - name: bash\n"
        "        permission_policy: {type: always_ask}\n        enabled: true\n"
        f"      - {{name: read, enabled: true}}  # r\n{PAIRS}"
    ),
    "servers": (
        f"{HEAD}mcp_servers:\n  # ours\n  - name: one  # 1\n    url: ${{ntropii_mcp_url}}  # u\n"
        "    tools:\n      - a  # A\n      # asks\n      - b:ask\n    permission: allow  # p\n"
        f'  # theirs\n  - {{name: two, url: "https://two.example.com/mcp"}}  # 2\n{PAIRS}'
    ),
    "api": (
        f"{HEAD}tools:\n  # t\n  - {{type: mcp_toolset, mcp_server_name: one}}\n  - {{type: bash}}\n"
        f"mcp_servers:\n  - {{type: url, name: one, url: '${{ntropii_mcp_url}}'}}\n{PAIRS}"
    ),
    "bare": f"{HEAD}",
    "settings": f"# m\nmodel:\n  id: claude-opus-4-8  # big\n  effort: high  # e\n  speed: fast\n{PAIRS}",
    "skills": f"{HEAD}tools: [read]\nskills:\n  # d\n  - anthropic/docx  # d\n  - {{type: anthropic, skill_id: pdf}}\n",
}  # fmt: skip
PROMPT = "You help.\n\n- One\n- Two\n"

WORDS = ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write")
SUFFIX = st.sampled_from(["", ":ask", ":allow", ":auto"])
TEXT = st.sampled_from(
    ["New.", "a: b", "- x", "yes", "# no comment", "two\nlines\n", "'q' \"d\"", "é😀"]
)
POLICY = st.sampled_from(["always_ask", "always_allow", "auto"])


@st.composite
def words(draw: st.DrawFn, names: tuple[str, ...]) -> list[str]:
    chosen = draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=4))
    return [name + draw(SUFFIX) for name in chosen]


@st.composite
def tools(draw: st.DrawFn) -> dict[str, Any]:
    """Built-in tools in any form, servers with their toolsets, and a custom tool."""
    found: list[dict[str, Any]] = []
    kind = draw(st.sampled_from(["none", "words", "all", "mixed"]))
    if kind != "none":
        (made,) = toolset(*draw(words(WORDS)))
        if kind == "all":
            made = {"type": made["type"]}
        if kind != "words":
            policy = {"permission_policy": {"type": draw(POLICY)}}
            made["default_config"] = {"enabled": True, **policy}
        found.append(made)
    servers = []
    for name in draw(st.lists(st.sampled_from(["one", "two", "new"]), unique=True)):
        url = URL if name == "one" else f"https://{name}.example.com/mcp"
        servers.append({"type": "url", "name": name, "url": url})
        some = draw(st.just([]) | words(("a", "b", "c")))
        found.append(mcp_tools(name, *some, policy=draw(POLICY)))
    if draw(st.booleans()):
        schema = {"type": "object", "properties": {"x": {"type": "string"}}}
        custom = {"name": "mine", "description": draw(TEXT), "input_schema": schema}
        found.append({"type": "custom", **custom})
    return {"tools": found, "mcp_servers": servers}


@st.composite
def edits(draw: st.DrawFn, style: str) -> dict[str, Any]:
    """An edit of some fields by hand; never none."""
    edit: dict[str, Any] = {"name": draw(TEXT.filter(lambda text: "\n" not in text))}
    if draw(st.booleans()):
        edit |= draw(tools())
    if draw(st.booleans()):
        edit["description"] = draw(TEXT | st.none())
    if draw(st.booleans()):
        edit["system"] = draw(
            st.sampled_from([PROMPT + "- Three\n", "You help.\n\n- Two\n", "No end"])
        )
    if draw(st.booleans()):
        edit["metadata"] = {"owner": draw(TEXT | st.none()), "tier": draw(TEXT | st.none())}
    if draw(st.booleans()) and style == "settings":
        level = draw(st.sampled_from(["low", "max"]))
        edit["model"] = {"id": "claude-opus-4-8", "effort": level, "speed": "standard"}
    if draw(st.booleans()) and style == "skills":
        names = draw(st.lists(st.sampled_from(["docx", "pdf", "xlsx"]), unique=True))
        versions = st.sampled_from([{}, {"version": "20251013"}])
        edit["skills"] = [{"type": "anthropic", "skill_id": one, **draw(versions)} for one in names]
    return edit


ALL = st.fixed_dictionaries({style: edits(style) for style in STYLES})
COMMENT = re.compile(r"^ *# .*$", re.MULTILINE)
#: The keys that a comment stands in, of those that stand on a line of their own.
HOLDERS = {
    "# files": ["tools"], "# shell": ["tools"], "# none but": ["tools"], "# t": ["tools"],
    "# ours": ["tools"], "# asks": ["tools"], "# theirs": ["tools"], "# d": ["skills"],
    "# the team": ["metadata"],
}  # fmt: skip
#: Which keys of a definition hold a field.
KEYS = {"tools": ("tools", "mcp_servers"), "mcp_servers": ("tools", "mcp_servers")}


def without(text: str, keys: set[str]) -> str:
    """The text without the lines of these keys; comments between keys stay."""
    page = page_of(text, as_json=False, blocks=True)
    lines = text.splitlines()
    gone: set[int] = set()
    for key, value in page.root.value:
        if key.value in keys:
            last = text.count("\n", 0, page.end(value)) + 1
            while last < len(lines) and lines[last].startswith(" "):
                last += 1  # a comment that stood before an entry that is gone
            gone |= set(range(key.start_mark.line, last))
    return "\n".join(line for at, line in enumerate(lines) if at not in gone)


def check(root: Path, edit: dict[str, dict[str, Any]]) -> None:
    for style, fields in edit.items():
        keys = {key for field in fields for key in KEYS.get(field, (field,))}
        after = (root / f"agents/{style}/agent.yaml").read_text()
        assert without(after, keys) == without(STYLES[style], keys)
        comments = [line.strip() for line in STYLES[style].splitlines()]
        kept = [
            line for line in comments if line.startswith("#") and not line.startswith("# shell")
        ]
        assert all(line in after for line in kept[:2])


def run(project: Project, edit: dict[str, dict[str, Any]]) -> None:
    for style, text in STYLES.items():
        project.write(f"agents/{style}/agent.yaml", text)
        project.write(f"agents/{style}/system-prompt.md", PROMPT)
    project.run("apply", "--yes", "--overwrite-drift", "*")
    for style, fields in edit.items():
        by_hand(project, f"agent/{style}", **fields)
    project.run("import", "--drift")
    assert project.writes() == []
    project.plan(code=0)
    check(project.root, edit)


FIXTURE = [HealthCheck.function_scoped_fixture]


@given(edit=ALL)
@settings(max_examples=2, deadline=None, suppress_health_check=FIXTURE)
def test_any_edit_in_any_style(project: Project, server: Server, edit: Any) -> None:
    run(project, edit)


@pytest.mark.slow
@given(edit=ALL)
@settings(max_examples=80, deadline=None, suppress_health_check=FIXTURE)
def test_many_edits_in_any_style(project: Project, server: Server, edit: Any) -> None:
    run(project, edit)
