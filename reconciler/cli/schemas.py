"""The published schemas, from the rooms whose forms and documents they describe.

They are made when they are asked for, so that an installed package says what it does itself.
"""

from __future__ import annotations

import json
from typing import Any

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def names() -> tuple[str, ...]:
    """Every schema there is, those of files that people write first."""
    from reconciler.authoring.form_schemas import DEFINITIONS
    from reconciler.render.document_schemas import DOCUMENTS

    return (*DEFINITIONS, *DOCUMENTS)


def published(name: str) -> dict[str, Any]:
    """A schema by name, whole."""
    from reconciler.authoring.form_schemas import DEFINITIONS, form_schema
    from reconciler.render.document_schemas import document_schema

    made = form_schema(name) if name in DEFINITIONS else document_schema(name)
    return {"$schema": DRAFT, "$id": schema_id(name), **made}


def schema_id(name: str) -> str:
    """A name and no address: nothing is fetched from anywhere."""
    return f"urn:agent-reconciler:schema:{name}:1"


def file_name(name: str) -> str:
    return f"{name}.schema.json"


def as_text(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
