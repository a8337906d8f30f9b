"""Pages about `ant apply`'s files: how they are read, and what differs from what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "converted.added": Code(
        "a file beside an agent is part of it, and `ant apply` doesn't read it",
        "There a definition is one file and what it names. Here mcp.json, system-prompt.md and "
        "knowledge/ in an agent's folder are its own, so it may get more than that tool gave it.",
        "Nothing has to be done if it is meant, else move the file away.",
        severities=NOTE,
    ),
    "converted.name": Code(
        "an agent or environment is called as its file",
        "`ant apply` takes the file's name for a missing `name:`; this project would take the "
        "folder's. The file's is kept, so that what is live is not renamed.",
        "Write `name:`.",
        severities=NOTE,
    ),
    "converted.owned": Code(
        "what a file says nothing about is none here, and is left alone by `ant apply`",
        "Tools, MCP servers, skills, the roster and the identity of an agent are always those of "
        "its file, so that no privilege can be added unseen.",
        "Read the first plan, and declare what the live agent is to keep.",
        severities=NOTE,
    ),
    "converted.pinned": Code(
        "a member that `ant apply` leaves at the newest version is pinned",
        "Rosters are always sent with versions, so that a plan says which one is called.",
        "Nothing has to be done: a new version of the member re-pins its coordinators.",
        severities=NOTE,
    ),
    "converted.skill_files": Code(
        "files of a skill are uploaded that `ant apply` leaves out",
        "That tool passes over dist/, build/, vendor/, venv/ and hidden files without a word.",
        "Move out of the skill what it does not need.",
        severities=NOTE,
    ),
    "converted.skill_name": Code(
        "a skill is uploaded under the name in its SKILL.md",
        "As `ant apply` does, the folder's own name doesn't count.",
        "Give both one name: then the folder says what the live skill is called.",
        severities=NOTE,
    ),
    "converted.skill_title": Code(
        "a skill's title in SKILL.md is not the live one",
        "The live title names the project and the target, and finds the skill again.",
        "Nothing has to be done.",
        severities=NOTE,
    ),
    "environment.two_descriptions": Code(
        "an environment has a `description` and text below its frontmatter",
        "In a Markdown file the text is the description, so there would be two.",
        "Keep one of them.",
    ),
    "include.no_match": Code(
        "a pattern in a list of tools or MCP servers matches no file",
        "An agent would quietly have less than its author expects.",
        "Mind the folder that the path starts in, or take the entry out.",
        "tools: [./tools/*.json]",
    ),
    "skill.remote": Code(
        "a skill is named by the address of another repository",
        "What is uploaded must be in this repository, where a review sees it.",
        "Copy the skill's folder into the project, and name it there.",
        "skills: [shared/cite-sources]",
    ),
}
