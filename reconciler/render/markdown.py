"""A plan as the comment of a pull request: Markdown that GitHub shows and never acts upon.

Totals and digest first, then what needs a decision, then every object under a line that opens it.
A comment that would grow too long is shortened step by step; its totals are always exact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from reconciler.engine.address import Address
from reconciler.engine.live import Origin
from reconciler.engine.outcome import Report
from reconciler.engine.plan import Plan
from reconciler.render.lines import counted
from reconciler.render.markdown_fields import SHORT, WHOLE, Detail
from reconciler.render.markdown_fit import Section, cut_lines, whole
from reconciler.render.markdown_report import report_sections
from reconciler.render.markdown_safe import block, code
from reconciler.render.markdown_sections import sections
from reconciler.render.plan_text import obstacle_text, totals_text
from reconciler.render.printable import redacted
from reconciler.render.report_text import report_totals
from reconciler.render.values_text import cut

Kind: TypeAlias = Literal["plan", "report"]

#: Characters; GitHub takes 65,536 for a comment.
LIMIT: Final = 60_000
SHORTENED: Final = "Shortened to fit: the full text is in"
_RUN = re.compile(r"https?://[\w.:-]+(/[\w.-]+){2}/actions/runs/\d+", re.ASCII)
_BRIEF = Detail(4, 6, 80)
_LINES = Detail(10, 0, 120)
_OPEN, _CLOSE = "<!-- agent-reconciler ", " -->"
_STALE: Final = "**Stale:**"
_LEAST = 200  # characters of a folded block that says anything
_NAME = 200  # characters of a name in the head


@dataclass(frozen=True, slots=True)
class Meta:
    """What the comment says besides the plan: the head commit it was made for, which world was
    read, how many findings the folders silenced, the newest commit if that is another, which
    objects the branch reaches, None if nobody asked, and where the run with the full text is."""

    head: str = ""
    origin: Origin | None = None
    silenced: int = 0
    newest: str = ""
    touched: frozenset[Address] | None = None
    run: str = ""


def comment_body(plan: Plan, meta: Meta | None = None, limit: int = LIMIT) -> str:
    """The comment, `limit` characters at most, ended by a newline.

    A hidden line on top says which plan it is (`hidden_facts`). The limit is to leave room for that
    and the totals (2,000 characters are enough).
    """

    meta = meta or Meta()
    return _fitted(_head(plan, meta), (), plan, meta, limit)


def report_body(report: Report, rest: Plan, meta: Meta | None = None, limit: int = LIMIT) -> str:
    """The comment about an apply: what became of it, and the plan of what is left, with how to go
    on. "" if nothing was to be done and nothing is left. The limit is as in `comment_body`."""
    if rest.applicable and not (report.outcomes or rest.actions or rest.held):
        return ""
    meta = meta or Meta()
    head = "\n\n".join([
        _hidden(rest, meta, "report"),
        f"**Applied: {report_totals(report)}** "
        f"Left: {totals_text(rest)}",
        _world(rest, meta),
    ])  # fmt: skip
    return _fitted(head, tuple(report_sections(report, rest)), rest, meta, limit)


def _fitted(head: str, first: Sequence[Section], plan: Plan, meta: Meta, limit: int) -> str:
    """The head, the first sections and those of the plan, in as much detail as there is room."""
    short = f"{head}\n\n{SHORTENED} {_summary(meta.run)}."
    objects = len(plan.actions) + len(plan.held)
    for start, detail, folded in (
        (head, WHOLE, True),
        (short, SHORT, True),
        (short, _BRIEF, True),
        (short, _LINES, False),
    ):
        if folded and objects * _LEAST > limit:
            continue
        shown = sections(plan, detail, folded=folded, touched=meta.touched)
        body = whole((*first, *shown), limit - len(start) - 3)
        if body is not None:
            return f"{start}\n\n{body}\n" if body else f"{start}\n"
    last = tuple(sections(plan, _LINES, folded=False, touched=meta.touched))
    lines = cut_lines((*first, *last), limit - len(short) - 3)
    return f"{short}\n\n{lines}\n"


def comment_mark(plan: Plan, kind: Kind = "plan") -> str:
    """What every comment of this kind about the plan's project and target begins with, and no
    other."""
    return _hidden(plan, Meta(), kind).partition(', "digest"')[0]


def stale_comment(comment: str, newest: str) -> str:
    """The comment, saying that there is no plan of the newest commit; as it is if it was made for
    that."""
    facts = hidden_facts(comment) or {}
    if facts.get("head") == newest:
        return comment
    first, *rest = comment.split("\n\n")
    if rest and rest[0].startswith(_STALE):
        del rest[0]
    told = f"{_stale(str(facts.get('head') or ''), newest)} There is no plan of that."
    return "\n\n".join([first, told, *rest])


def hidden_facts(comment: str) -> Mapping[str, Any] | None:
    """What the hidden first line of a comment says: project, target, digest and head commit; None
    for a comment that is not one of ours."""
    first = comment.partition("\n")[0].strip()
    if not (first.startswith(_OPEN) and first.endswith(_CLOSE)):
        return None
    try:
        found = json.loads(first[len(_OPEN) : -len(_CLOSE)])
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _head(plan: Plan, meta: Meta) -> str:
    """The hidden line, the totals with the digest, and which world it is."""
    parts = [
        _hidden(plan, meta),
        f"**{totals_text(plan)}** Digest `{plan.digest}`",
        _world(plan, meta),
    ]
    if meta.newest:
        parts.insert(1, _stale(meta.head, meta.newest))
    stop = obstacle_text(plan)
    if stop:
        parts.append(f"**{stop}**")
    if meta.silenced:
        what = counted(meta.silenced, "finding is", "findings are")
        parts.append(f"{what} silenced in the folders.")
    return "\n\n".join(parts)


def _stale(head: str, newest: str) -> str:
    made = code(head, _NAME) if head else "an older commit"
    return f"{_STALE} made for {made}; the newest is {code(newest, _NAME)}."


def _summary(run: str) -> str:
    """The words for a job's summary, with a link to its run if that is an address of one."""
    return f"[the job summary]({run})" if _RUN.fullmatch(run) else "the job summary"


def _hidden(plan: Plan, meta: Meta, kind: Kind = "plan") -> str:
    """One line of JSON in a comment of HTML, which nothing inside can end."""
    facts = {
        "kind": kind,
        "project": cut(redacted(plan.project), _NAME),
        "target": cut(redacted(plan.target), _NAME),
        "digest": plan.digest,
        "head": cut(redacted(meta.head), _NAME),
    }
    text = json.dumps(facts, ensure_ascii=True)
    for character in "<>&@#":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"{_OPEN}{text}{_CLOSE}"


def _world(plan: Plan, meta: Meta) -> str:
    facts = [code(f"{plan.project} → {plan.target}", 2 * _NAME)]
    if meta.origin:
        facts.append(code(meta.origin.base_url, _NAME))
        if meta.origin.workspace:
            facts.append(f"workspace {code(meta.origin.workspace, _NAME)}")
    return block([f"<p>{', '.join(facts)}</p>"])
