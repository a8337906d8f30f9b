"""Pages about files, YAML, and what holds for any field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import WARNING, Code

_QUOTED = 'version: "20251013"'

CODES: Final[Mapping[str, Code]] = {
    # Files and paths
    "path.forbidden": Code(
        "the path passes through .git, .reconcile or .env*, which are never read",
        "Those hold history, state and secrets. A definition that could name them could send them "
        "to the platform.",
        "Copy what is needed into a file of its own.",
    ),
    "path.missing": Code(
        "there is no such file or folder",
        "A definition is complete or it is not applied; nothing is left out because it is missing.",
        "Correct the path. It is relative to the file it stands in.",
        "system: {file: prompts/system.md}",
    ),
    "path.not_a_file": Code(
        "the path names something that is no regular file",
        "A folder, socket or device has no text to send.",
        "Name a file.",
    ),
    "path.outside": Code(
        "the path leaves the project",
        "What lies outside is not in this repository, so that nobody could review what is sent.",
        "Copy the file into the project, and write its path with / and relative to the file it "
        "stands in.",
    ),
    "path.symlink": Code(
        "the path is, or passes through, a symbolic link",
        "A link can lead anywhere on the machine that runs the apply, also out of the project.",
        "Put the file itself there.",
    ),
    "path.too_large": Code(
        "the file is larger than 5 MB",
        "Definitions and prompts are far smaller; such a file is most likely here by mistake.",
        "Move long material into a skill, or into a file that the agent gets at run time.",
    ),
    "path.unreadable": Code(
        "the file can't be read",
        "The operating system refused; the message says how.",
        "Check the rights of the file and of the folders above it.",
    ),
    "text.encoding": Code(
        "the file is not UTF-8",
        "Guessing another encoding could change what is sent.",
        "Save the file as UTF-8.",
    ),
    # YAML
    "yaml.colon": Code(
        "a colon stands inside an unquoted value",
        "YAML takes `word: ` for a key, so the rest of the line has no meaning.",
        "Put the value in quotes, or on the next line after `|` or `>`.",
        'description: "Plans: who does what"',
    ),
    "yaml.control_character": Code(
        "the file holds a character that YAML doesn't allow",
        "Such characters are invisible and most often come along by copying.",
        "Delete the character at the place given.",
    ),
    "yaml.duplicate_key": Code(
        "a mapping holds one key twice",
        "YAML readers keep the last one without a word, so that half of what is written would be "
        "lost.",
        "Keep one of them.",
    ),
    "yaml.empty_file": Code(
        "the file holds no value",
        "An empty definition means neither a default agent nor none at all.",
        "Write the definition, or delete the file.",
    ),
    "yaml.empty_value": Code(
        "a key has nothing behind it",
        'It might mean "none", "all" or "the default", and a guess could widen what an agent may '
        "do.",
        "Write the value, `[]` or `{}` for none, or take the key out.",
        "tools: []",
    ),
    "yaml.key_not_text": Code(
        "a key is not read as text",
        "YAML reads `on`, `yes` or `1` as something else than text, and JSON has only text for "
        "keys.",
        "Put the key in quotes.",
        'metadata: {"on": monday}',
    ),
    "yaml.not_json": Code(
        "YAML reads a value as something JSON doesn't have, such as a date",
        "The API takes JSON. What YAML makes of the value could not be sent as it is written.",
        "Put the value in quotes if it is text.",
        _QUOTED,
    ),
    "yaml.several_documents": Code(
        "the file holds more than one document",
        "An address comes from the file's name, so that a file can define one object only.",
        "Move the second document into a file of its own, or delete the line `---`.",
    ),
    "yaml.syntax": Code(
        "the file is not valid YAML",
        "Nothing in it can be understood before that is put right.",
        "Look at the place given and at the line before it: an open quote or bracket, or a list "
        "item that is not aligned.",
    ),
    "yaml.tab": Code(
        "a tab is used to indent",
        "YAML allows only blanks, since the width of a tab differs from editor to editor.",
        "Replace the tab with blanks.",
    ),
    "yaml.too_deep": Code(
        "values are nested too deep",
        "No definition needs that; a file like this is made to exhaust the reader.",
        "Write it flatter.",
    ),
    "yaml.too_many_nodes": Code(
        "the file holds more than 10,000 values, aliases expanded",
        "A few lines of aliases can stand for millions of values.",
        "Write repeated parts out, or move long texts into files of their own.",
    ),
    # Any field
    "field.missing": Code(
        "a required key is missing",
        "The API has no default for it either.",
        "Add the key that the message names.",
        "model: claude-sonnet-4-6",
    ),
    "field.not_text": Code(
        "a text field holds what YAML reads as a number or a truth value",
        "Writing a number back as text would change it: `1.10` would become `1.1`.",
        "Put the value in quotes.",
        _QUOTED,
    ),
    "field.type": Code(
        "a value has the wrong type",
        "It can't be sent as it is, and nothing is converted on a guess.",
        "Write the type that the message names.",
        "tools: [read, write]",
    ),
    "field.unknown": Code(
        "a key is not known here",
        "It would have no effect: a misspelt limit would not limit anything.",
        "Correct the spelling, or take the key out.",
    ),
    "field.value": Code(
        "a value is not one of those possible",
        "The API would refuse it.",
        "Take one of the values that the message lists.",
    ),
    "name.too_long": Code(
        "a name is longer than 256 characters",
        "That was the documented limit; the API may refuse it.",
        "Shorten the name, and put the rest into `description:`.",
        severities=WARNING,
    ),
    "description.too_long": Code(
        "a description is longer than 2,048 characters",
        "That was the documented limit; the API may refuse it.",
        "Say briefly what the agent is for; instructions belong into the prompt.",
        severities=WARNING,
    ),
    "lifecycle.unknown_field": Code(
        "`lifecycle.ignore` names a field that doesn't exist",
        "It would protect nothing, while the author believes it does.",
        "Name a field of the body, or a path below one.",
        "lifecycle: {ignore: [metadata.team]}",
    ),
    "metadata.reserved": Code(
        "a metadata key is reserved for the marker",
        "The key `reconciler` says who owns the live object and finds it again.",
        "Choose another key.",
    ),
    "metadata.too_long": Code(
        "a metadata key or value is too long",
        "Keys have 1-64 characters and values up to 512; the API refuses more.",
        "Shorten it.",
    ),
    "metadata.too_many": Code(
        "more than 15 metadata pairs",
        "The API takes 16, and one of them is the marker.",
        "Take some out.",
    ),
    "variable.syntax": Code(
        "`${…}` holds no variable's name",
        "The text would be sent as it stands, and be no URL and no id.",
        "Write a name of letters, digits and _ between the braces.",
        "url: ${wiki_url}/mcp",
    ),
    "variable.not_here": Code(
        "`${…}` stands where no variable is replaced",
        "Variables are replaced in URLs and ids only, so that prose stays as it is written and a "
        "tool, a path or a name is never made up from outside.",
        "Write the value itself; what differs per target can be an override.",
        "targets: {prod: {overrides: {agent/a: {model: {speed: fast}}}}}",
    ),
    "variable.undefined": Code(
        "a variable has no value",
        "An unset variable never means an empty text.",
        "Set it in `variables:` of the target, with --var NAME=VALUE, or in RECONCILE_VAR_<NAME>.",
        "targets: {prod: {variables: {wiki_url: https://wiki.example.com}}}",
    ),
}
