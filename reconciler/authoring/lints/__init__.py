"""What is allowed and most likely not meant: pure functions over what was translated.

given          what they look at
tools, unattended, skills, prompts, descriptions, servers, rosters      by what they are about

Secrets are looked for in the files themselves (`authoring/secrets.py`), broken ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from reconciler.authoring.lints import (
    descriptions,
    prompts,
    rosters,
    servers,
    skills,
    tools,
    unattended,
)
from reconciler.authoring.lints.given import Given
from reconciler.engine.diagnostics import Diagnostic

Lint: TypeAlias = Callable[[Given], Iterator[Diagnostic]]

#: Every lint by the one code that it reports.
LINTS: Final[Mapping[str, Lint]] = {
    "description.equals_name": descriptions.equals_name,
    "description.missing": descriptions.missing,
    "environment.mcp_blocked": servers.blocked,
    "mcp.url_differs": servers.url_differs,
    "prompt.date": prompts.date,
    "prompt.placeholder": prompts.placeholder,
    "registration.ask_never_answered": unattended.ask_never_answered,
    "skill.same_content": skills.same_content,
    "skill.unpinned": skills.unpinned,
    "subagent.inference_geo": rosters.inference_geo,
    "tools.open_default": tools.open_default,
    "tools.untrusted_input": tools.untrusted_input,
}


def run_lints(given: Given) -> Iterator[Diagnostic]:
    for lint in LINTS.values():
        yield from lint(given)
