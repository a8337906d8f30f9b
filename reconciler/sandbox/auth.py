"""Who may ask, in which workspace, with which headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import ApiError, invalid, not_found

PLATFORM_KEY = "sk-ant-sandbox-local"
REGISTRY_KEY = "ntro_sandbox_local"
DEFAULT_WORKSPACE = "default"

# A suffix after `@` picks another workspace. What the registry hands out to agents is no key of it.
KEYS = {
    "platform": re.compile(r"sk-ant-sandbox[\w-]*(?:@(?P<workspace>[\w.-]+))?"),
    "registry": re.compile(r"ntro_sandbox(?!key_)[\w-]*(?:@(?P<workspace>[\w.-]+))?"),
}
Surface = Literal["platform", "registry"]

API_VERSIONS = ("2023-06-01", "2026-10-21")
MANAGED_AGENTS = "managed-agents-2026-04-01"
AGENT_MEMORY = "agent-memory-2026-07-22"
LEGACY_SKILLS = "skills-2025-10-02"
# `name-2026-01-31`: what a beta value looks like. The few that fit these endpoints are known.
KNOWN_BETAS = (MANAGED_AGENTS, LEGACY_SKILLS, AGENT_MEMORY, "files-api-2025-04-14")


@dataclass(frozen=True)
class HeaderRule:
    """What an endpoint makes of `anthropic-beta`."""

    needs: str | None = None
    says_so: bool = False
    refuses_unknown: bool = False
    refuses: tuple[str, ...] = ()
    # Of these, exactly one must be there.
    needs_one_of: tuple[str, ...] = ()


# Recorded: agents and sessions hide without the header and ignore unknown values; environments
# name it and refuse unknown values. Vaults and deployments: inferred to be as agents.
HIDDEN = HeaderRule(needs=MANAGED_AGENTS)
NAMED = HeaderRule(needs=MANAGED_AGENTS, says_so=True, refuses_unknown=True)
# The legacy header flips the shape of skills (documentation); that shape is not imitated.
SKILLS = HeaderRule(refuses=(LEGACY_SKILLS,))
# Files are out of beta; an unknown value is refused all the same (recorded).
FILES = HeaderRule(refuses_unknown=True)
# Memory takes its own header or the older one; both together are 400 (documentation). Without any:
# inferred to be as for agents.
MEMORY = HeaderRule(needs_one_of=(AGENT_MEMORY, MANAGED_AGENTS))
ANY = HeaderRule()


def workspace_of(surface: Surface, headers: Mapping[str, str]) -> str:
    """The workspace a key belongs to; `Authorization: Bearer` and `x-api-key` both count."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    key = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
    match = KEYS[surface].fullmatch(key)
    if match is None:
        wording = {"platform": "invalid x-api-key", "registry": "Invalid or missing API key"}
        raise ApiError(401, wording[surface])
    return match["workspace"] or DEFAULT_WORKSPACE


def check_headers(rule: HeaderRule, headers: Mapping[str, str]) -> None:
    """`anthropic-version` and `anthropic-beta` (recorded; documentation)."""
    version = headers.get("anthropic-version")
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in API_VERSIONS:
        raise invalid(f'anthropic-version: "{version}" is not a valid version')
    betas = [word.strip() for word in headers.get("anthropic-beta", "").split(",") if word.strip()]
    for beta in betas:
        if beta in rule.refuses:
            raise invalid(f"anthropic-beta: the shapes of {beta} are not imitated by this server")
        if rule.refuses_unknown and beta not in KNOWN_BETAS:
            raise invalid(f"Unexpected value(s) `{beta}` for the `anthropic-beta` header")
    if rule.needs and rule.needs not in betas:
        wanted = f"this endpoint requires the `anthropic-beta: {rule.needs}` header"
        raise not_found(wanted if rule.says_so else "not found")
    given = [beta for beta in rule.needs_one_of if beta in betas]
    if rule.needs_one_of and not given:
        raise not_found("not found")
    if len(given) > 1:
        raise invalid("anthropic-beta: " + " and ".join(given) + " cannot be combined")


def check_workspace(headers: Mapping[str, str], workspace_id: str) -> None:
    """A workspace header must match the key's workspace (SDK); the status is not documented."""
    sent = headers.get("anthropic-workspace-id")
    if sent is not None and sent != workspace_id:
        raise ApiError(403, "anthropic-workspace-id does not match the workspace of the API key")
