"""One small adapter per kind: how its objects are listed and written.

A kind is a row here: verb → function of a `Step` that returns what was `Written`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.platform.kinds import agent, credential, environment, registration, skill, vault
from reconciler.platform.kinds.step import Step
from reconciler.platform.resolve import Written

#: Verb → how it is carried out.
Adapter = Mapping[str, Callable[[Step], Written]]

ADAPTERS: Mapping[str, Adapter] = {
    "skill": skill.WRITES,
    "environment": environment.WRITES,
    "vault": vault.WRITES,
    "agent": agent.WRITES,
    "registration": registration.WRITES,
    "credential": credential.WRITES,
}
