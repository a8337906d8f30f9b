"""The page of every diagnostic code of this room. A code is a promise.

files, forms, cookbooks, ant_apply, conversions, project, agents, skills, silences, lints: by what a
finding is about
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.authoring.codes import (
    adoptions,
    agents,
    ant_apply,
    conversions,
    cookbooks,
    files,
    forms,
    importing,
    lints,
    policies,
    project,
    silences,
    skills,
)
from reconciler.engine.codes import Code

CODES: Final[Mapping[str, Code]] = {
    **adoptions.CODES,
    **files.CODES,
    **forms.CODES,
    **cookbooks.CODES,
    **ant_apply.CODES,
    **conversions.CODES,
    **project.CODES,
    **agents.CODES,
    **skills.CODES,
    **silences.CODES,
    **lints.CODES,
    **importing.CODES,
    **policies.CODES,
}
