"""Outputs for a person, and as the environment of one worker.

A registered agent is called by its registry UUID, so each agent with one also gets a variable
`NTRO_AGENT_<NAME>_ID`: the name in capitals, everything but letters and digits as `_`; where two
agents would share it, the tenant goes before the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.engine.outputs import AgentOutput, worker_env
from reconciler.render.lines import Line, Piece, line

_COLUMNS = ("agent_id", "agent_version", "registration_id", "tenant", "environment_id", "vault_id",
            "mcp_server_url")  # fmt: skip


def outputs_lines(outputs: Sequence[AgentOutput]) -> list[Line]:
    """One block per agent; what an agent does not have is left out."""
    if not outputs:
        return [line("No agent has been applied yet.")]
    return [one for output in outputs for one in _block(output)]


def env_lines(outputs: Sequence[AgentOutput]) -> list[Line]:
    """`NAME=value` lines for one worker. Raises OutputsConflict if one worker can't serve all."""
    worker = worker_env(outputs)
    return [
        line(f"NTRO_ANTHROPIC_ENVIRONMENT_ID={worker.environment_id}"),
        line(f"NTRO_ANTHROPIC_VAULT_IDS={','.join(worker.vault_ids)}"),
        *_agent_variables([output for output in outputs if output.registration_id]),
    ]


def _block(output: AgentOutput) -> Iterator[Line]:
    yield line(Piece(str(output.address), "strong"))
    for name in _COLUMNS:
        value = getattr(output, name)
        if value not in ("", None):
            yield line(Piece(f"{name:<16}", "dim"), f" {value}", indent=2)


def _agent_variables(outputs: Sequence[AgentOutput]) -> Iterator[Line]:
    names = Counter(_variable(_name(output)) for output in outputs)
    for output in outputs:
        variable = _variable(_name(output))
        if names[variable] > 1:
            variable = _variable(f"{output.tenant}_{_name(output)}")
        yield line(f"# {output.address} of the tenant {output.tenant}")
        yield line(f"{variable}={output.registration_id}")


def _name(output: AgentOutput) -> str:
    return str(output.address).partition("/")[2]


def _variable(name: str) -> str:
    return f"NTRO_AGENT_{re.sub('[^A-Za-z0-9]+', '_', name).upper()}_ID"
