"""Text of anybody, so that GitHub shows it and does nothing with it.

One rule keeps it simple: what is not our own words stands inside `<code>` or `<pre>`, written as
HTML, in a block of HTML. Markdown is not read there, and GitHub looks for mentions, issues, commits
and addresses in neither of the two. A block of HTML ends at an empty line (CommonMark, HTML
blocks), save `<pre>`, which ends with its end tag; so every block here is lines without an empty
one, and `<pre>` is a block of its own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from reconciler.render.printable import inert, printable, redacted
from reconciler.render.values_text import cut

_BRACKET, _COLON = "&#91;", "&#58;"
WIDTH = 2_000  # characters of one text, unless less is asked for

#: A word that nobody could take for anything else, or a small number.
_PLAIN = re.compile(r"[A-Za-z]+(?:['-][a-z]+)*|\d{1,3}(?:,\d{3})*|[→…=~]", re.ASCII)
#: What GitHub takes for a commit.
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b", re.IGNORECASE)
_QUOTED = re.compile(r"`([^`]*)`")


def shown(text: str) -> str:
    """A text, secrets masked already, as HTML: nothing hidden, nothing a tag or a command."""
    return inert(html.escape(printable(text), quote=False), _BRACKET, ":")


def code(text: str, width: int = WIDTH) -> str:
    """Any text as code, on one line of so many characters at most."""
    return f"<code>{shown(cut(redacted(text), width))}</code>"


def prose(text: str, width: int = WIDTH) -> str:
    """A sentence of ours that may hold anything: plain words stay, all else is code.

    What stands in backquotes is code as a whole; a line end stays one.
    """
    lines = cut(redacted(text.replace("\r\n", "\n")), width).split("\n")
    return "<br>".join(_sentence(line) for line in lines if line.strip())


def _sentence(text: str) -> str:
    parts = _QUOTED.split(text)
    words: list[str] = []
    for at, part in enumerate(parts):
        quoted = at % 2 and part.strip()
        words += [f"<code>{shown(part)}</code>"] if quoted else map(_word, _split(part))
    joined = " ".join(words).replace("</code> <code>", " ").replace("( <code>", "(<code>")
    return re.sub(r"</code> (?=[,.;:)])", "</code>", joined)


def _split(text: str) -> list[str]:
    return [word for word in text.split(" ") if word]


def _word(token: str) -> str:
    rest = token.removeprefix("(")
    core = rest.rstrip(",.;:)")
    if not core:
        return token
    before, after = token[: len(token) - len(rest)], rest[len(core) :]
    plain = _PLAIN.fullmatch(core) and core.lower() != "www" and not _COMMIT.search(core)
    return f"{before}{core if plain else f'<code>{shown(core)}</code>'}{after}"


def block(lines: Iterable[str]) -> str:
    """Lines of HTML as one block, none of them a command for the runner that logs it."""
    return "\n".join(inert(line, _BRACKET, _COLON) for line in lines)


def listed(items: Iterable[str]) -> str:
    """Items of HTML as a list."""
    return block(["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells of HTML as a table; the words of its head are ours."""
    titles = "".join(f"<th>{title}</th>" for title in head)
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return block(["<table>", *(f"<tr>{line}</tr>" for line in (titles, *lines)), "</table>"])


def folded(summary: str, parts: Iterable[str]) -> str:
    """Blocks under a line that opens them."""
    inside = list(parts)
    if not inside:
        return block([f"<p>{summary}</p>"])
    head = block([f"<details><summary>{summary}</summary>"])
    return "\n\n".join([head, *inside, "</details>"])
