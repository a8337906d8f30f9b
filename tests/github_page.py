"""Markdown as GitHub shows it: its own renderer, and what its later filters would act upon.

The filters are those of github/markup's pipeline as documented: mentions, issues, commits and
addresses are looked for in text outside `code` and `pre`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm import cmark

#: What the comment's own code emits; every other tag is somebody else's.
OURS = frozenset(
    ["br", "code", "del", "details", "h3", "ins", "li", "p", "pre", "strong", "summary", "table", "td", "th", "tr", "ul"]
)  # fmt: skip
#: The only place that a comment may lead to: its own run.
RUN = "https://github.example/o/r/actions/runs/12"
_VOID = frozenset({"br", "img", "hr", "input"})
_ACTED_UPON = re.compile(
    r"""
    @[a-z0-9]                                   # a mention, an address of e-mail
    | \#\d | \bgh-\d                            # an issue
    | \b[0-9a-f]{7,40}\b                        # a commit
    | \b[a-z][a-z0-9+.-]*:// | \bwww\. | \bmailto: | \bxmpp:
    | :[a-z0-9_+-]+:                            # an emoji
    | [\[\]<>`*|\\]                             # Markdown, or tags, that came out as text
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass
class Page(HTMLParser):
    """The tags of a page, how they nest, and its text inside and outside of code."""

    tags: Counter[str] = field(default_factory=Counter)
    open: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if (tag not in OURS or attrs) and (tag, attrs) != ("a", [("href", RUN)]):
            self.problems.append(f"<{tag} {attrs}>")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"<![{data}]>")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if {"code", "pre"} & set(self.open):
            return
        found = _ACTED_UPON.search(data)
        if found:
            self.problems.append(f"acted upon: {found[0]!r} of {data!r}")

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def shape(self) -> dict[str, int]:
        """How often each tag that makes the structure occurs."""
        return {tag: self.tags[tag] for tag in ("h3", "details", "summary", "ul", "strong")}


_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_HARDBREAKS  # as in comments


def rendered(markdown: str) -> str:
    """The HTML that GitHub's renderer makes before anything is sanitised."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, _OPTIONS)
    return html


def page(markdown: str) -> Page:
    """The page of a comment, with all that is wrong about it among its problems."""
    made = Page()
    made.feed(rendered(markdown))
    made.close()
    made.problems += [f"<{tag}> is never closed" for tag in made.open]
    if len(made.comments) > 1:
        made.problems.append(f"comments: {made.comments}")
    for number, line in enumerate(markdown.split("\n"), 1):
        if line.lstrip().startswith("::") or "##[" in line:
            made.problems.append(f"line {number} is a command of a workflow: {line[:80]!r}")
    hidden = {c for c in markdown if unicodedata.category(c) in _HIDDEN} - {"\n", "\t"}
    if hidden:
        made.problems.append(f"hidden characters: {sorted(map(ascii, hidden))}")
    return made
