"""One pydantic pass over a document, its errors said in plain words at their place."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import Tag, ValidationError

from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import HINTS, PATTERNS, TYPES, Form, nearest, one_of
from reconciler.authoring.yaml_source import KeyPath, dotted

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
        hint = "write a line `key: value` for each key"
        scope.error("field.type", "the file holds no mapping of keys to values", (), hint)
        return None, frozenset()
    try:
        return form.model_validate(value), frozenset()
    except ValidationError as failed:
        errors = failed.errors(include_url=False)
    bad: set[str] = set()
    found = [_Error(*_locate(form, value, item["loc"]), item) for item in errors]
    for one in _once(found, scope):
        _report(scope, one)
    for one in found:
        bad.update(str(part) for part in one.path[:1])
        bad |= {one.meant} if len(one.path) == 1 else set()
    for group in together:
        if bad & group:
            bad |= group
    rest = {key: item for key, item in value.items() if key not in bad}
    try:
        return form.model_validate({**(stand_ins or {}), **rest}), frozenset(bad)
    except ValidationError:
        return None, frozenset(bad)


@dataclass(frozen=True, slots=True)
class _Error:
    """One error of pydantic's: where it is, and the form that holds the end of that path."""

    path: KeyPath
    owner: type[Form] | None
    item: Any

    @property
    def kind(self) -> str:
        return str(self.item["type"])

    @property
    def is_foreign(self) -> bool:
        """Whether it is a key that other tools know."""
        known = self.owner.foreign if self.owner is not None else {}
        return self.kind == "extra_forbidden" and self.path[-1] in known

    @property
    def meant(self) -> str:
        """The known key that an unknown one is a misspelling of, or ""."""
        if self.kind != "extra_forbidden" or self.owner is None:
            return ""
        hint = nearest(str(self.path[-1]), list(self.owner.model_fields))
        return next((name for name in self.owner.model_fields if f"`{name}`" in hint), "")


def _once(errors: list[_Error], scope: Scope) -> Iterator[_Error]:
    """The errors without those that follow from another: what YAML's reading has answered, a key
    that is missing because it is misspelt or said in another tool's word, the keys of a tool that
    doesn't exist."""
    answered = {item.span for item in scope.findings if item.code.startswith("yaml.")}
    misspelt = {(*error.path[:-1], error.meant) for error in errors if error.meant}
    nameless = {error.path[:-1] for error in errors if error.kind == "tools.unmapped"}
    foreign = {error.path[:-1] for error in errors if error.is_foreign and len(error.path) > 1}
    for error in errors:
        places = {scope.document.span(error.path), scope.document.key_span(error.path)}
        if error.kind == "missing":
            if error.path not in misspelt and error.path[:-1] not in foreign:
                yield error
        elif not places & answered and not (
            error.kind == "extra_forbidden" and error.path[:-1] in nameless
        ):
            yield error


def _report(scope: Scope, found: _Error) -> None:
    path, owner, item = found.path, found.owner, found.item
    kind, context = found.kind, item.get("ctx") or {}
    if kind == "extra_forbidden":
        _unknown(scope, path, owner)
    elif kind == "missing":
        name = str(path[-1])
        where = _shown(scope, path[:-1])
        # The place of what should hold it, or of the override that took it out.
        scope.error("field.missing", f"{where}`{name}` is missing", path, f"add `{name}:`")
    elif kind in ("field.type", "string_type"):
        _not_text(scope, path, item, context)
    elif item["msg"] in TYPES:
        _no_such_type(scope, path, item)
    elif "." in kind:
        text = str(context.get("text") or item["msg"])
        scope.error(kind, _shown(scope, path) + text, path, str(context.get("hint", "")))
    elif kind == "literal_error":
        _not_one_of(scope, path, item["input"], str(context["expected"]))
    elif kind in _TYPES:
        wanted, hint = _TYPES[kind]
        scope.error(
            "field.type", f"{_shown(scope, path)}must be {wanted}", path, _as(wanted, item) or hint
        )
    else:
        text, hint = _limit(kind, item, context)
        report = scope.key_error if item["loc"][-1] == "[key]" else scope.error
        report("field.value", _shown(scope, path) + text, path, hint)


_FLAG = ("true or false", "write true or false")
_NUMBER = ("a whole number", "write digits alone")
_LIST = ("a list", "write [one, two], or a line `- …` for each entry")
_MAPPING = ("a mapping", "write {key: value}, or a line `key: value` for each")
_TYPES = {
    "bool_type": _FLAG,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
}


def _as(wanted: str, item: Any) -> str:
    """How the value that was written becomes what is wanted, if that is plain."""
    value = item["input"]
    if not isinstance(value, str):
        return ""
    if wanted == "a list" and len(value) <= 60:
        return f"write [{value}]"
    if wanted == "a mapping" and item["loc"][-1] == "permission_policy":
        return f"write {{type: {value}}}"
    flag, number = value.lower() in ("true", "false", "yes", "no"), value.isdecimal()
    if (wanted == _FLAG[0] and flag) or (wanted == _NUMBER[0] and number):
        return "write it without quotes"
    return ""


def _limit(kind: str, item: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    """Message and hint for a value that is too long, too short, or of the wrong form."""
    value = item["input"]
    if "pattern" in context:
        text, example = PATTERNS[str(context["pattern"])]
        return text, f"such as {example}"
    if kind in ("too_long", "string_too_long"):
        things = "entries" if kind == "too_long" else "characters"
        return f"has {len(value):,} {things}; {context['max_length']:,} is the limit", "shorten it"
    if kind in ("too_short", "string_too_short"):
        return "must not be empty", "write what belongs there, or take the key out"
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}", f"write {context['ge']} or more"
    return str(item["msg"]), ""


def _no_such_type(scope: Scope, path: KeyPath, item: Any) -> None:
    """A mapping whose `type` is none of those known, or that is no mapping."""
    types = list(TYPES[item["msg"]])
    value = item["input"]
    found = value.get("type") if isinstance(value, dict) else value
    hint = nearest(found, types) if isinstance(found, str) else ""
    hint = hint or " or ".join(f"{{type: {word}, …}}" for word in types)
    scope.error("field.value", _shown(scope, path) + str(item["msg"]), path, hint)


def _unknown(scope: Scope, path: KeyPath, owner: type[Form] | None) -> None:
    name = str(path[-1])
    if owner is not None and name in owner.foreign:
        code, message, hint = owner.foreign[name]
        scope.key_error(code, _shown(scope, path[:-1]) + message, path, hint)
        return
    known = list(owner.model_fields) if owner is not None else []
    hint = nearest(name, known) or (f"known here: {', '.join(known)}" if known else "")
    scope.key_error("field.unknown", f"{_shown(scope, path[:-1])}unknown key `{name}`", path, hint)


def _not_text(scope: Scope, path: KeyPath, item: Any, context: Mapping[str, Any]) -> None:
    value, message = item["input"], str(context.get("text") or item["msg"])
    written = scope.document.written(path)
    if isinstance(value, bool | int | float) and written is not None:
        kind = "true or false" if isinstance(value, bool) else "a number"
        message = f"{_shown(scope, path)}must be text, but YAML reads {written} as {kind}"
        scope.error("field.not_text", message, path, f'quote it: "{written}"')
        return
    if item["type"] == "field.type":
        scope.error(
            "field.type",
            _shown(scope, path) + message,
            path,
            context.get("hint") or HINTS.get(message, ""),
        )
        return
    found = {type(None): "null", list: "a list", dict: "a mapping"}.get(type(value), "no text")
    hint = "write one text, or take the key out"
    scope.error("field.type", f"{_shown(scope, path)}must be text, not {found}", path, hint)


def _not_one_of(scope: Scope, path: KeyPath, value: Any, expected: str) -> None:
    words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    if isinstance(value, str):
        hint = "write it without quotes" if value in words else nearest(value, words)
        found = ", not a text" if value in words else f", not {value[:40]}"
    else:
        written = scope.document.written(path)
        hint = f'quote it: "{written}"' if written in words else ""
        found = ""
    hint = hint or f"write {one_of(words)}"
    scope.error("field.value", f"{_shown(scope, path)}must be {one_of(words)}{found}", path, hint)


def _shown(scope: Scope, path: KeyPath) -> str:
    """The path as the definition's own file has it, which may be in a dialect's words."""
    source, place = scope.document.home(path)
    path = place if source is scope.document.source else path
    return f"`{dotted(path)}`: " if path else ""


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
