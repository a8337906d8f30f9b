"""Folder and file names for what others named: safe on every disk, and the same every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from posixpath import dirname

_LONGEST = 60  # characters of a folder's name
_LONGEST_PART = 200  # bytes of a name in a skill
_LONGEST_PATH = 400
#: Names that are devices on Windows, with any ending (Microsoft, "Naming Files, Paths").
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
#: Words that mean something else in a roster.
_WORDS = frozenset(["self", "advisor"])
_NOT_ON_DISKS = re.compile(r'[<>:"|?*\\]')
_SKILL = re.compile(r"[a-z0-9-]{1,64}\Z")


def slug(name: str, fallback: str) -> str:
    """The name in lower case letters, digits and `-`; `fallback` if nothing of it is left.

    Accents are dropped, other scripts are left out. Never a device's name or a roster's word.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
    found = found or re.sub(r"[^a-z0-9]+", "-", fallback.lower()).strip("-")[:_LONGEST] or "unnamed"
    return f"{found}-1" if found in _DEVICES or found in _WORDS else found


def free(wanted: str, taken: Collection[str]) -> str:
    """The slug, or with the first number from 2 that nobody has; `taken` in lower case."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def is_roster_word(name: str) -> bool:
    """Whether the name means something else in a roster."""
    return name.casefold() in _WORDS


def is_skill_name(name: str) -> bool:
    """Whether a skill, and so its folder, may be called so."""
    return bool(_SKILL.match(name)) and name not in _DEVICES


def unsafe(paths: Iterable[str]) -> str:
    """Why files may not be written under these relative paths; "" if they may, on every disk."""
    folded: dict[str, str] = {}
    for path in paths:
        problem = _unsafe(path)
        if problem:
            return problem
        place, below = path, ""
        while place:  # a folder may not be another's file, nor differ from one in case only
            key = _folded(place) + ("/" if below else "")
            if folded.setdefault(key, place) != place or (not below and f"{key}/" in folded):
                return "paths that are one on some disks"
            if below and key[:-1] in folded:
                return "a path that is a file and a folder"
            place, below = dirname(place), place
    return ""


def _folded(path: str) -> str:
    """What canonical caseless matching compares (Unicode 3.13, D145)."""
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFD", folded)


def _unsafe(path: str) -> str:
    if not path.isprintable() or len(path) > _LONGEST_PATH:
        return "a path that is too long, or can't be shown"
    for part in path.split("/"):
        stem = part.partition(".")[0].rstrip(" ").casefold()
        if part in ("", ".", "..") or _NOT_ON_DISKS.search(part):
            return "a path that leads outside, or is none on some disks"
        if stem in _DEVICES or part[-1] in ". " or len(part.encode()) > _LONGEST_PART:
            return "a path that is none on some disks"
        if part.casefold() in (".git", ".reconcile") or part.casefold().startswith(".env"):
            return f"a path through {part}"
    return ""
