"""Pages about skills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import ERROR_OR_WARNING, NOTE, WARNING, Code

_MANIFEST = "---\nname: cite-sources\ndescription: How to cite a source.\n---"

CODES: Final[Mapping[str, Code]] = {
    "skill.bom": Code(
        "SKILL.md begins with a byte order mark",
        "The platform may not see the frontmatter behind it.",
        "Save the file as UTF-8 without a byte order mark.",
        severities=WARNING,
    ),
    "skill.case": Code(
        "SKILL.md is written in another case",
        "The platform looks for exactly SKILL.md.",
        "Rename the file.",
    ),
    "skill.description": Code(
        "a skill has no description",
        "The model chooses skills by their descriptions; the platform refuses a skill without.",
        "Say in the frontmatter what the skill is for, and when to use it.",
        _MANIFEST,
    ),
    "skill.description_too_long": Code(
        "a skill's description is longer than 1,024 characters",
        "The platform refuses it, since descriptions are in every prompt.",
        "Move detail into the body.",
    ),
    "skill.duplicate": Code(
        "an agent names one skill twice",
        "Two entries could ask for two versions of it.",
        "Keep one of them.",
    ),
    "skill.file": Code(
        "a file of a skill can't be uploaded",
        "It is no regular file, or its name has characters that can't be sent.",
        "Rename it, or take it out of the skill's folder.",
    ),
    "skill.left_out": Code(
        "files that are not part of a skill are left out of its upload",
        "Caches, editor files and version control would change the skill's content by chance.",
        "Nothing has to be done; delete them to be rid of the note.",
        severities=NOTE,
    ),
    "skill.missing": Code(
        "there is no such skill folder",
        "The agent would work without the skill.",
        "shared/NAME is a skill of the project, ./PATH a folder beside the file.",
        "skills: [./skills/handover-style, shared/cite-sources]",
    ),
    "skill.name": Code(
        "a skill's name is missing or not possible",
        "The platform refuses it.",
        "Write `name:` in the frontmatter, at most 64 of a-z, 0-9 and -.",
        _MANIFEST,
    ),
    "skill.name_mismatch": Code(
        "a skill's name differs from its folder's",
        "The platform wants them equal, and refuses the upload.",
        "Rename one of them.",
    ),
    "skill.needs_read": Code(
        "an agent has skills and no tool to read them",
        "The model sees that there is a skill, and can't open it.",
        "Add `read` to `tools`.",
        "tools: [read]",
        severities=WARNING,
    ),
    "skill.nested": Code(
        "a skill holds a second SKILL.md",
        "The platform takes one, at the root.",
        "Make the inner one a skill of its own, or rename the file.",
    ),
    "skill.no_frontmatter": Code(
        "SKILL.md has no frontmatter",
        "Name and description stand there; the platform refuses a skill without.",
        "Begin the file with frontmatter between two lines ---.",
        _MANIFEST,
    ),
    "skill.no_manifest": Code(
        "a skill folder holds no SKILL.md",
        "Without it a folder is no skill.",
        "Add SKILL.md with `name` and `description`, or move the folder elsewhere.",
    ),
    "skill.reference": Code(
        "a skill is named in a way that is not known",
        "It can't be said which skill is meant.",
        "Write ./PATH, shared/NAME, or anthropic/NAME@VERSION.",
        "skills: [anthropic/docx@20251013]",
    ),
    "skill.reserved_name": Code(
        "a skill's name holds a reserved word",
        "The platform keeps `anthropic` and `claude` for its own skills.",
        "Choose another name.",
    ),
    "skill.symlink": Code(
        "a skill holds a symbolic link",
        "An upload has no links, and a link could lead out of the project.",
        "Put the file itself there.",
    ),
    "skill.too_large": Code(
        "a skill is larger than 30 MB",
        "The platform refuses it.",
        "Leave large files out.",
    ),
    "skill.too_many": Code(
        "too many skills",
        "The API takes 500 per agent, and 20 was the documented limit.",
        "Name those that the agent needs, or split the agent.",
        severities=ERROR_OR_WARNING,
    ),
    "skill.unused": Code(
        "a skill in an agent's folder is named by nobody",
        "It is not uploaded, though its place suggests that it is.",
        "Name it in `skills:` of the agent, or delete it.",
        severities=NOTE,
    ),
    "skill.xml_in_description": Code(
        "a skill's description holds an XML tag",
        "The platform refuses it.",
        "Write the description without < and >.",
    ),
}
