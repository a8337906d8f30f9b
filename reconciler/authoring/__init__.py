"""Definition files to `Desired`, every finding with its place. The only room that reads them.

project, discovery          reconcile.yaml, and which file defines which address
files, yaml_*, documents    bytes to plain values with places, a target's override merged in
expansion                   other forms to this project's own, places kept: markdown, mcp_file,
                            includes, agentlift, agentlift_files; foreign, unsupported
*_form, forms, validate     pydantic models of what may be written, errors in plain words
agent, environments         one definition to one resource, by way of
  prompt, words, tools, mcp, urls, skills, skill_refs, roster, variables, limits
registrations               `ntropii:` to a registration, a vault and a credential
secrets, lints, silence, review  what is allowed and most likely not meant, unless silenced
loading                     the whole of it, in order
codes                       every diagnostic there is
"""

from __future__ import annotations

from reconciler.authoring.codes import CODES
from reconciler.authoring.loading import Loaded, load
from reconciler.authoring.policies import base_policy
from reconciler.authoring.project import ProjectNotFound

__all__ = ["CODES", "Loaded", "ProjectNotFound", "base_policy", "load"]
