"""What a step of a runbook does, run by a Python that has `ntro[workflow]`: invoke a registered
agent. Its platform is the one of ANTHROPIC_BASE_URL; its document store is a folder.

    python runbook_step.py UUID INPUT FOLDER

Prints the result as JSON.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ntro.data
from ntro.workflow.agents import _providers, invoke

COLUMNS = (
    "entity_slug", "period", "source", "filename", "content_type", "data_bytes", "task_id",
)  # fmt: skip


class Folder:
    """Takes the one statement that files are kept with."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def fetchrow(self, statement: str, *values: Any) -> dict[str, Any]:
        assert "INSERT INTO ingest.submitted_documents" in statement
        row = dict(zip(COLUMNS, values, strict=True))
        id = str(uuid.uuid4())
        (self.path / id).write_bytes(row["data_bytes"])
        return {**row, "id": id, "uploaded_at": datetime.now(UTC)}


async def main(registered: str, text: str, folder: Path) -> str:
    async def store(tenant_slug: str) -> Folder:
        assert tenant_slug == "byng"
        return Folder(folder)

    ntro.data.get_data_plane = store
    # The address of the platform is the default of a parameter, and nowhere else.
    make = _providers.AnthropicManagedAgentProvider.__init__
    make.__defaults__ = (os.environ["ANTHROPIC_BASE_URL"],)
    result = await invoke(
        registered, input={"ask": text}, tenant_slug="byng", entity_slug="fund",
        poll_interval_seconds=0.01, max_poll_seconds=30,
    )  # fmt: skip
    return str(result.model_dump_json())


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))  # noqa: T201
