"""`policy:` of reconcile.yaml: the rules themselves, and what a branch changes about its own rules.

A pull request is judged by the rules of the branch it goes to. What it changes about rules,
targets and overrides is therefore said, and counts once it is merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.project_form import PolicyForm, ProjectForm
from reconciler.authoring.validate import check
from reconciler.authoring.yaml_source import KeyPath, Source, parse
from reconciler.engine.diagnostics import Diagnostic, Severity, error, has_errors, warning
from reconciler.engine.policy import CODES, Policy, Rule, Waiver


def policy_of(form: PolicyForm | None, source: Source) -> Policy:
    """The rules of a project, each with its place."""
    if form is None:
        return Policy()
    rules: dict[str, Rule] = {}
    for name in CODES:
        written = getattr(form, name)
        if written is None:
            continue
        values = tuple(written) if isinstance(written, list) else (str(written),)
        severity: Severity = getattr(form.severity, name) if form.severity else "error"
        rules[name] = Rule(values, severity, source.key_span(("policy", name)))
    waivers = tuple(Waiver(one.rule, (one.at,), one.reason) for one in form.waivers or ())
    return Policy(rules, waivers)


def base_policy(base: Path, project: Path) -> tuple[Policy, list[Diagnostic]]:
    """The rules of the reconcile.yaml `base`, which judge a change to the one at `project`.

    Beside them come a warning for each thing that the change does to rules, targets and
    overrides, and an error if `base` can't be read.
    """
    findings: list[Diagnostic] = []
    ruling = _read(base, findings)
    if ruling is None or has_errors(findings):
        hint = "give the reconcile.yaml of the branch that the change goes to"
        message = f"{base} holds no policy that can be read"
        return Policy(), [*findings, error("policy.unreadable", message, hint)]
    form, _ = check(ProjectForm, Scope(Document(ruling, ruling.value), "", findings))
    changed = _read(project, [])
    if changed is not None:
        findings += _differences(ruling.value, changed)
    if form is None or has_errors(findings):
        message = f"{base} holds no policy that can be read"
        return Policy(), [*findings, error("policy.unreadable", message, "mend it there first")]
    return policy_of(form.policy, ruling), findings


def _read(path: Path, findings: list[Diagnostic]) -> Source | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    source, problems = parse(path.name, data)
    findings += problems
    return source if source is not None and isinstance(source.value, dict) else None


_EFFECT = "it takes effect when it is merged"


def _differences(base: Mapping[str, Any], changed: Source) -> Iterator[Diagnostic]:
    """A warning for `policy`, and for each target whose settings or overrides differ."""
    now = changed.value
    if base.get("policy") != now.get("policy"):
        yield _changed("policy.changed", "the change alters `policy`", ("policy",), changed)
    before, after = _targets(base), _targets(now)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, {}), after.get(name, {})
        path: KeyPath = ("targets", name)
        if _without_overrides(old) != _without_overrides(new):
            message = f"the change alters the target {name}"
            yield _changed("policy.target_changed", message, path, changed)
        if old.get("overrides") != new.get("overrides"):
            message = f"the change alters overrides of the target {name}"
            yield _changed("policy.override_changed", message, (*path, "overrides"), changed)


def _changed(code: str, message: str, path: KeyPath, source: Source) -> Diagnostic:
    hint = _EFFECT if code == "policy.changed" else "see who it affects before it is merged"
    return warning(code, message, hint, span=source.key_span(path))


def _targets(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    targets = value.get("targets")
    if not isinstance(targets, dict):
        return {}
    return {name: item if isinstance(item, dict) else {} for name, item in targets.items()}


def _without_overrides(target: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in target.items() if key != "overrides"}
