"""Skills in their GA shape: versions are full snapshots, the slug is fixed, no archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .call import Call, Reply
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .paging import list_page
from .skill_upload import Bundle, bundle
from .store import Records

# Recorded ids; versions are dates. These two are known, others may exist.
PREBUILT = {
    "xlsx": "Excel",
    "pptx": "PowerPoint",
    "docx": "Word",
    "pdf": "PDF",
}
PREBUILT_VERSIONS = ("20251013", "20260203")
PREBUILT_SINCE = "2025-10-13T00:00:00.000000Z"
DATE = re.compile(r"20\d{6}")
MAX_LIMIT = 1000


def add_prebuilt(records: Records) -> None:
    """Anthropic's own skills, which every workspace lists (recorded)."""
    for skill_id, label in PREBUILT.items():
        skill = _skill(skill_id, label, "anthropic", PREBUILT_VERSIONS[-1], PREBUILT_SINCE)
        records.insert("skill", skill, label="anthropic")
        for version in PREBUILT_VERSIONS:
            body = _version(version, skill_id, skill_id, f"Work with {label}", PREBUILT_SINCE)
            records.insert("skill_version", body, parent=skill_id, id=f"{skill_id}@{version}")


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/skills`, multipart: a skill and its first version (SDK). Names are not unique."""
    _check_fields(call, "display_name")
    made = bundle(call.upload)
    name = call.upload.fields.get("display_name") or made.slug
    if len(name) > 255 or "\n" in name or "\r" in name:
        raise invalid("display_name: must be a single line of at most 255 characters")
    skill_id = new_id("skill")
    version = _keep_version(call, skill_id, made)
    skill = _skill(skill_id, name, "custom", version["id"], call.now)
    call.records.insert("skill", skill, label="custom")
    return skill


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/skills/{id}`."""
    return _found(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/skills`: limit up to 1000, by source (SDK); also `has_more` (recorded)."""
    source = call.query.get("source")
    if source not in (None, "custom", "anthropic"):
        raise invalid('source: must be "custom" or "anthropic"')
    return _with_more(list_page(call, "skill", label=source, most=MAX_LIMIT))


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/skills/{id}`: takes its versions along; agents keep the reference (recorded)."""
    skill = _own(call)
    for version in call.records.children("skill_version", parent=skill["id"]):
        _drop_version(call, version)
    call.records.delete("skill", skill["id"])
    return {"id": skill["id"], "type": "skill_deleted"}


def create_version(call: Call) -> dict[str, Any]:
    """`POST /v1/skills/{id}/versions`: must resolve to the slug of the first upload (SDK)."""
    skill = _own(call)
    _check_fields(call)
    made = bundle(call.upload)
    slug = call.records.children("skill_version", parent=skill["id"])[0]["name"]
    if made.slug != slug:
        raise invalid(f"The skill name '{made.slug}' must match the existing name '{slug}'.")
    version = _keep_version(call, skill["id"], made)
    changed = {**skill, "latest_version_id": version["id"], "updated_at": call.now}
    call.records.replace("skill", changed)
    return version


def list_versions(call: Call) -> dict[str, Any]:
    """`GET /v1/skills/{id}/versions`: newest first (documentation, GA shape)."""
    skill = _found(call)
    return _with_more(list_page(call, "skill_version", parent=skill["id"], most=MAX_LIMIT))


def retrieve_version(call: Call) -> dict[str, Any]:
    """`GET /v1/skills/{id}/versions/{version}`: an id, or the word `latest` (documentation)."""
    return _found_version(call)


def delete_version(call: Call) -> dict[str, Any]:
    """`DELETE …/versions/{id}`: 400 for the only one (SDK)."""
    skill = _own(call)
    version = _found_version(call)
    versions = call.records.children("skill_version", parent=skill["id"])
    if len(versions) == 1:
        raise invalid("Cannot delete the only version of a skill. Delete the skill instead.")
    _drop_version(call, version)
    newest = next(v["id"] for v in versions if v["id"] != version["id"])
    changed = {**skill, "latest_version_id": newest, "updated_at": call.now}
    call.records.replace("skill", changed)
    return {"id": version["id"], "type": "skill_version_deleted"}


def download(call: Call) -> Reply:
    """`GET …/versions/{id}/content`: a zip named like the skill (SDK)."""
    version = _found_version(call)
    content = call.records.content(version["id"])
    if content is None:
        raise ApiError(403, "The content of this skill can't be downloaded.")
    return Reply(
        content,
        headers={
            "content-type": "application/zip",
            "content-disposition": f'attachment; filename="{version["name"]}.zip"',
        },
    )


def skill_problem(records: Records, reference: Mapping[str, Any]) -> str | None:
    """Why an agent can't refer to this skill (recorded: unknown and deleted ones are refused)."""
    skill = records.get("skill", reference["skill_id"])
    if skill is None or skill["source"]["type"] != reference["type"]:
        return f'skill "{reference["skill_id"]}" not found'
    version = reference["version"]
    known = records.get("skill_version", f"{skill['id']}@{version}") is not None
    # Which dates Anthropic has published is not known, so any date will do.
    dated = reference["type"] == "anthropic" and DATE.fullmatch(version) is not None
    if version != "latest" and not known and not dated:
        return f'version "{version}" of skill "{skill["id"]}" not found'
    return None


def _skill(id: str, name: str, source: str, latest: str, now: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": "skill",
        "display_name": name,
        "latest_version_id": latest,
        "source": {"type": source},
        "created_at": now,
        "updated_at": now,
    }


def _version(id: str, skill_id: str, name: str, description: str, now: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": "skill_version",
        "skill_id": skill_id,
        "name": name,
        "description": description,
        "created_at": now,
    }


def _keep_version(call: Call, skill_id: str, made: Bundle) -> dict[str, Any]:
    version = _version(new_id("skver"), skill_id, made.slug, made.description, call.now)
    call.records.insert("skill_version", version, parent=skill_id, id=f"{skill_id}@{version['id']}")
    call.records.put_content(version["id"], made.archive)
    return version


def _drop_version(call: Call, version: Mapping[str, Any]) -> None:
    call.records.delete("skill_version", f"{version['skill_id']}@{version['id']}")
    call.records.drop_content(version["id"])


def _found(call: Call) -> dict[str, Any]:
    skill = call.records.get("skill", call.path["skill_id"])
    if skill is None:
        raise not_found("Skill not found.")
    return skill


def _own(call: Call) -> dict[str, Any]:
    skill = _found(call)
    if skill["source"]["type"] != "custom":
        raise ApiError(403, "Skills published by Anthropic are read-only.")
    return skill


def _found_version(call: Call) -> dict[str, Any]:
    skill = _found(call)
    named = call.path["version"]
    version_id = skill["latest_version_id"] if named == "latest" else named
    version = call.records.get("skill_version", f"{skill['id']}@{version_id}")
    if version is None:
        raise not_found("Skill version not found.")
    return version


def _check_fields(call: Call, *known: str) -> None:
    for key in call.upload.fields:
        if key not in known:
            raise invalid(f'Failed to parse request body: unknown field "{key}"')


def _with_more(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "has_more": page["next_page"] is not None}
