"""One pydantic pass over a document, its errors said in plain words at their place."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import Tag, ValidationError

from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import PATTERNS, Form, nearest, one_of
from reconciler.authoring.yaml_source import KeyPath

F = TypeVar("F", bound=Form)


def check(
    form: type[F],
    scope: Scope,
    *,
    together: tuple[frozenset[str], ...] = (),
    stand_ins: Mapping[str, Any] | None = None,
) -> tuple[F | None, frozenset[str]]:
    """Validate the scope's document, reporting every error, and return what can be gone on with.

    Top-level keys with an error are left out of the returned form, and with them the keys of a
    group in `together`; `stand_ins` fill required keys. The second value names the keys left out.
    The form is None if the document is no mapping.
    """
    value = scope.document.value
    if not isinstance(value, dict):
        scope.error("field.type", "the file holds no mapping of keys to values")
        return None, frozenset()
    try:
        return form.model_validate(value), frozenset()
    except ValidationError as failed:
        errors = failed.errors(include_url=False)
    bad: set[str] = set()
    for item in errors:
        _report(form, scope, value, item)
        bad.update(part for part in item["loc"][:1] if isinstance(part, str))
    for group in together:
        if bad & group:
            bad |= group
    rest = {key: item for key, item in value.items() if key not in bad}
    try:
        return form.model_validate({**(stand_ins or {}), **rest}), frozenset(bad)
    except ValidationError:
        return None, frozenset(bad)


def _report(form: type[Form], scope: Scope, value: Any, item: Any) -> None:
    path, owner = _locate(form, value, item["loc"])
    kind, context = item["type"], item.get("ctx") or {}
    if kind == "extra_forbidden":
        _unknown(scope, path, owner)
    elif kind == "missing":
        name = str(path[-1])
        where = _shown(path[:-1])
        scope.error("field.missing", f"{where}`{name}` is missing", path[:-1], f"add `{name}:`")
    elif kind in ("field.type", "string_type"):
        _not_text(scope, path, item, str(context.get("text") or item["msg"]))
    elif "." in kind:
        text = str(context.get("text") or item["msg"])
        scope.error(kind, _shown(path) + text, path, str(context.get("hint", "")))
    elif kind == "literal_error":
        _not_one_of(scope, path, item["input"], str(context["expected"]))
    elif kind in _TYPES:
        unquoted = isinstance(item["input"], str) and kind in ("bool_type", "int_type")
        hint = "write it without quotes" if unquoted else ""
        wanted = _TYPES[kind]
        scope.error("field.type", f"{_shown(path)}must be {wanted}", path, hint)
    else:
        text = PATTERNS.get(str(context.get("pattern")), item["msg"].replace("String", "text"))
        report = scope.key_error if item["loc"][-1] == "[key]" else scope.error
        report("field.value", _shown(path) + text, path)


_TYPES = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _unknown(scope: Scope, path: KeyPath, owner: type[Form] | None) -> None:
    name = str(path[-1])
    if owner is not None and name in owner.foreign:
        code, message, hint = owner.foreign[name]
        scope.key_error(code, _shown(path[:-1]) + message, path, hint)
        return
    known = list(owner.model_fields) if owner is not None else []
    hint = nearest(name, known) or (f"known here: {', '.join(known)}" if known else "")
    scope.key_error("field.unknown", f"{_shown(path[:-1])}unknown key `{name}`", path, hint)


def _not_text(scope: Scope, path: KeyPath, item: Any, message: str) -> None:
    value = item["input"]
    written = scope.document.written(path)
    if isinstance(value, bool | int | float) and written is not None:
        kind = "true or false" if isinstance(value, bool) else "a number"
        message = f"{_shown(path)}must be text, but YAML reads {written} as {kind}"
        scope.error("field.not_text", message, path, f'quote it: "{written}"')
        return
    if item["type"] == "field.type":
        scope.error("field.type", _shown(path) + message, path)
        return
    found = {type(None): "null", list: "a list", dict: "a mapping"}.get(type(value), "no text")
    scope.error("field.type", f"{_shown(path)}must be text, not {found}", path)


def _not_one_of(scope: Scope, path: KeyPath, value: Any, expected: str) -> None:
    words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    if isinstance(value, str):
        hint = nearest(value, words)
        found = f", not {value[:40]}"
    else:
        written = scope.document.written(path)
        hint = f'quote it: "{written}"' if written in words else ""
        found = ""
    scope.error("field.value", f"{_shown(path)}must be {one_of(words)}{found}", path, hint)


def _shown(path: KeyPath) -> str:
    return f"`{dotted(path)}`: " if path else ""


def dotted(path: KeyPath) -> str:
    """`tools[0].configs[1].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _locate(
    form: type[Form], value: Any, loc: tuple[int | str, ...]
) -> tuple[KeyPath, type[Form] | None]:
    """The key path of a pydantic place (union tags left out), and the form that holds its end."""
    path: list[int | str] = []
    here: Any = form
    owner: type[Form] | None = form
    for part in loc:
        if part == "[key]":
            break
        if isinstance(part, str) and part.startswith("=") and not _has(value, part):
            here = _tagged(here, part)
            continue
        here = _plain(here)
        owner = here if isinstance(here, type) and issubclass(here, Form) else None
        path.append(part)
        here = _inside(here, part)
        value = value[part] if _has(value, part) else None
    return tuple(path), owner


def _has(value: Any, part: int | str) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _inside(annotation: Any, part: int | str) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Form):
        field = annotation.model_fields.get(str(part))
        return field.annotation if field else None
    arguments = get_args(annotation)
    return arguments[-1] if arguments else None


def _plain(annotation: Any) -> Any:
    """The annotation without `Annotated` and `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, types.UnionType):
            members = [item for item in get_args(annotation) if item is not type(None)]
            if len(members) == 1:
                annotation = members[0]
                continue
        return annotation


def _tagged(annotation: Any, tag: str) -> Any:
    for member in get_args(_plain(annotation)):
        if get_origin(member) is Annotated and Tag(tag) in get_args(member)[1:]:
            return get_args(member)[0]
    return None
