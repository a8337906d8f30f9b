"""Bad input of skills: SKILL.md, the folder around it, and how agents name them."""

from __future__ import annotations

from tests.authoring.bad_input import Case, agent, skill

GOOD = "---\nname: x\ndescription: d\n---\n"
FILE = "skills/x/SKILL.md"


def front(what: str, code: str, text: str, *, folder: str = "x", says: str = "") -> Case:
    return skill(what, code, f"---\n{text}---\nBody.\n", folder=folder, says=says)


MANIFESTS = [
    front("no name", "skill.name", "§description: d\n", says="name"),
    front("a number as a name", "skill.name", "name: §3\ndescription: d\n"),
    front("a name in capitals", "skill.name", "name: §Cite Sources\ndescription: d\n"),
    front("a name with a colon", "skill.name", "name: §legal:research\ndescription: d\n"),
    front("a long name", "skill.name", f"name: §{'x' * 65}\ndescription: d\n"),
    front("a name unlike its folder", "skill.name_mismatch", "name: §y\ndescription: d\n",
          says="rename"),
    front("a reserved word", "skill.reserved_name", "name: §my-claude-notes\ndescription: d\n",
          folder="my-claude-notes"),
    front("another reserved word", "skill.reserved_name", "name: §anthropic-x\ndescription: d\n",
          folder="anthropic-x"),
    front("no description", "skill.description", "§name: x\n"),
    front("an empty description", "skill.description", "name: x\ndescription: §''\n"),
    front("a description without text", "skill.description", "name: x\ndescription:§ \n"),
    front("a number as a description", "skill.description", "name: x\ndescription: §3\n"),
    front("a tag in the description", "skill.xml_in_description",
          "name: x\ndescription: §For a <TICKET>.\n", says="<TICKET>"),
    front("a long description", "skill.description_too_long",
          f"name: x\ndescription: §{'d' * 1025}\n", says="1,024"),
    front("a colon in the description", "yaml.colon", "name: x\ndescription: a§: b\n"),
    front("a key twice", "yaml.duplicate_key", "name: x\n§name: x\ndescription: d\n"),
    front("a list", "skill.no_frontmatter", "§- x\n"),
    front("a broken description and no name", "yaml.colon", "description: a§: b\n"),
    skill("no frontmatter", "skill.no_frontmatter", "§# Cite\n"),
    skill("a frontmatter that doesn't end", "skill.no_frontmatter", "§---\nname: x\n"),
    Case("no text", "text.encoding", {FILE: b"---\nname: x\ndescription: \xff\n---\n"},
         at=f"{FILE}:3:14"),
]  # fmt: skip

FOLDERS = [
    Case("no SKILL.md", "skill.no_manifest", {"skills/x/README.md": ""}, at="skills/x:1:1"),
    Case("skill.md", "skill.case", {"skills/x/skill.md": GOOD}, at="skills/x/skill.md:1:1"),
    Case("Skill.md beside SKILL.md", "skill.case", {FILE: GOOD, "skills/x/Skill.md": GOOD},
         at="skills/x/Skill.md:1:1"),
    Case("a nested SKILL.md", "skill.nested", {FILE: GOOD, "skills/x/y/SKILL.md": GOOD},
         at="skills/x/y/SKILL.md:1:1"),
    Case("a link", "skill.symlink", {FILE: GOOD}, at="skills/x/hosts:1:1",
         links={"skills/x/hosts": "/etc/hosts"}),
    Case("a link to a folder", "skill.symlink", {FILE: GOOD}, at="skills/x/up:1:1",
         links={"skills/x/up": ".."}),
    Case("SKILL.md is a link", "skill.symlink", {"skills/x/README.md": GOOD}, at=f"{FILE}:1:1",
         links={FILE: "README.md"}),
    Case("a skill that is a link", "path.symlink", {FILE: GOOD}, at="skills/y:1:1",
         links={"skills/y": "x"}),
    Case("secrets", "path.forbidden", {FILE: GOOD, "skills/x/.env.local": "A=b"},
         at="skills/x/.env.local:1:1", says="secrets"),
    Case("a name with a line break", "skill.file", {FILE: GOOD, "skills/x/a\nb.md": ""},
         at="skills/x/a\\nb.md:1:1"),
    Case("a folder in place of SKILL.md", "path.not_a_file", {f"{FILE}/x": ""}, at=f"{FILE}:1:1"),
]  # fmt: skip

R = "tools: [read]\n"

REFERENCES = [
    agent("a bare word", "skill.reference", R + "skills: [§x]\n", {FILE: GOOD}, says="shared/x"),
    agent("no skill of the project", "skill.missing", R + "skills: [§shared/gone]\n", {FILE: GOOD},
          says="x"),
    agent("no folder", "skill.missing", R + "skills: [§./gone]\n"),
    agent("a path that escapes", "path.outside", R + "skills: [§shared/../../x]\n"),
    agent("twice", "skill.duplicate", R + "skills: [shared/x, §../../skills/x]\n", {FILE: GOOD}),
    agent("an Anthropic skill twice", "skill.duplicate",
          R + "skills: [anthropic/docx, §anthropic/docx@1]\n"),
    agent("a pin", "field.value", R + "skills: [{path: shared/x, version: §'3'}]\n", {FILE: GOOD},
          says="latest"),
    agent("no id", "field.missing", R + "skills: [§{type: custom}]\n"),
    agent("a broken skill", "skill.name_mismatch", R + "skills: [./y]\n",
          {"agents/a/y/SKILL.md": "---\nname: §z\ndescription: d\n---\n"}),
    agent("a broken skill of the project, named twice", "skill.name_mismatch",
          R + "skills: [shared/x]\n",
          {FILE: "---\nname: §z\ndescription: d\n---\n",
           "agents/b/agent.yaml": "model: m\ntools: [read]\nskills: [shared/x]\n"}),
    agent("skills as a text", "field.type", R + "skills: §shared/x\n", {FILE: GOOD}),
    agent("too many", "skill.too_many",
          R + "skills: §[" + ", ".join(f"{{type: custom, skill_id: s{n}}}" for n in range(501))
          + "]\n"),
]  # fmt: skip

CASES = [*MANIFESTS, *FOLDERS, *REFERENCES]
