"""GitHub's REST API as far as it is used: pull requests, comments, issues, artifacts; with faults.

Shapes from GitHub's REST documentation (issues, issue comments, pulls, commits, artifacts, users,
pagination).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Fault:
    """What the next request of a method and path gets. `after` carries the write out first;
    status 0 drops the connection."""

    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    times: int = 1


_SCOPES = (
    ("/comments", "pull-requests"), ("/pulls", "pull-requests"),
    ("/actions/", "actions"), ("/issues", "issues"),
)  # fmt: skip


@dataclass
class GitHub:
    """One repository. `login` is the token's user, "" for an app, which may not ask that way."""

    url: str = ""
    login: str = ""
    app: str = "github-actions[bot]"
    head: str = "a" * 40
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    page: int = 0  # overrides per_page, to make many pages of few
    heads: dict[int, str] = field(default_factory=dict)  # of pull requests beside number 7
    merges: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by commit
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    permissions: dict[str, str] | None = None  # of the token, as a job asks for them; None: all

    def may(self, method: str, path: str) -> bool:
        """Whether the token is enough (REST documentation, permissions of GitHub apps)."""
        if self.permissions is None or path in ("/user", "/graphql"):
            return True
        scope = next(name for word, name in _SCOPES if word in path)
        given = self.permissions.get(scope)
        return given == "write" or (given == "read" and method == "GET")

    @property
    def author(self) -> str:
        return self.login or self.app

    def merge(self, pull: int, commit: str, base: str = "main") -> None:
        """The pull request is merged, and this is the commit of it."""
        said = {"number": pull, "merge_commit_sha": commit, "merged_at": "2026-11-20T10:00:00Z"}
        head = {"sha": self.heads.get(pull, self.head)}
        self.merges.setdefault(commit, []).append({**said, "head": head, "base": {"ref": base}})

    def keep(self, name: str, head: str, run: int, *, fork: bool = False) -> dict[str, Any]:
        """An artifact that a run left."""
        made_by = {"id": run, "head_sha": head, "repository_id": 1, "head_repository_id": 1 + fork}
        number = len(self.artifacts) + 1
        kept = {"id": number, "name": name, "expired": False, "workflow_run": made_by}
        self.artifacts.append(kept)
        return kept

    def said_on(self, pull: int) -> list[str]:
        """The comments of a pull request."""
        return [one["body"] for one in self.comments if one["pull"] == pull]

    def say(self, body: str, author: str = "somebody", pull: int = 7) -> dict[str, Any]:
        """A comment by whoever."""
        number = len(self.comments) + 1
        comment = {
            "id": number,
            "pull": pull,
            "body": body,
            "user": {"login": author},
            "url": f"{self.url}/repos/o/r/issues/comments/{number}",
            "html_url": f"https://github.example/o/r/pull/{pull}#issuecomment-{number}",
        }
        self.comments.append(comment)
        return comment

    def open(self, title: str, body: str, author: str = "somebody") -> dict[str, Any]:
        number = 100 + len(self.issues)
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "user": {"login": author},
            "url": f"{self.url}/repos/o/r/issues/{number}",
            "html_url": f"https://github.example/o/r/issues/{number}",
        }
        self.issues.append(issue)
        return issue

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if (method, path) == ("GET", "/user"):
            return (200, {"login": self.login}) if self.login else (403, _said("by integration"))
        if (method, path) == ("POST", "/graphql"):
            return 200, {"data": {"viewer": {"login": self.author}}}
        pull = re.fullmatch(r"/repos/o/r/(pulls/(\d+)|issues/(\d+)/comments)", path)
        if pull is not None:
            number = int(pull[2] or pull[3])
            if number in {7, *self.heads}:
                return self._pull(number) if pull[2] else self._said(method, number, body)
        if method == "GET" and (found := re.fullmatch(r"/repos/o/r/commits/(\w+)/pulls", path)):
            return 200, self.merges.get(found[1], [])
        if (method, path) == ("GET", "/repos/o/r/actions/artifacts"):
            return 200, self.artifacts
        if path == "/repos/o/r/issues":
            if method == "GET":
                return 200, [one for one in self.issues if one["state"] == "open"]
            return 201, self.open(body["title"], body["body"], self.author)
        if method in ("GET", "PATCH") and (one := self._at(path)) is not None:
            one.update(body or {})
            return 200, one
        return 404, _said("Not Found")

    def _pull(self, number: int) -> tuple[int, Any]:
        return 200, {
            "number": number,
            "head": {"sha": self.heads.get(number, self.head)},
            "url": f"{self.url}/repos/o/r/pulls/{number}",
            "issue_url": f"{self.url}/repos/o/r/issues/{number}",
        }

    def _said(self, method: str, number: int, body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, [one for one in self.comments if one["pull"] == number]
        return 201, self.say(body["body"], self.author, number)

    def _at(self, path: str) -> dict[str, Any] | None:
        everything = [*self.comments, *self.issues]
        return next((one for one in everything if one["url"] == self.url + path), None)


def _said(message: str) -> dict[str, str]:
    return {"message": message}


class _Handler(BaseHTTPRequestHandler):
    github: GitHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _run(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        parts = urlsplit(self.path)
        self.github.requests.append((self.command, parts.path))
        self.github.tokens.add(self.headers.get("Authorization", ""))
        if not self.github.may(self.command, parts.path):
            self._send(403, _said("Resource not accessible by integration"), {})
            return
        fault = next(
            (
                one
                for one in self.github.faults
                if one.times and one.method == self.command and re.fullmatch(one.path, parts.path)
            ),
            None,
        )
        if fault is not None:
            fault.times -= 1
            if fault.after:
                self.github.answer(self.command, parts.path, body)
            if fault.status == 0:
                self.close_connection = True
                self.connection.close()
                return
            self._send(fault.status, _said("fault"), fault.headers)
            return
        status, found = self.github.answer(self.command, parts.path, body)
        headers: dict[str, str] = {}
        if isinstance(found, list):
            total = len(found)
            found, headers = self._page(found, parse_qs(parts.query), parts.path)
            if parts.path.endswith("/artifacts"):
                found = {"total_count": total, "artifacts": found}
        self._send(status, found, headers)

    def _page(
        self, found: list[Any], query: dict[str, list[str]], path: str
    ) -> tuple[list[Any], dict[str, str]]:
        size = self.github.page or int(query.get("per_page", ["30"])[0])
        page = int(query.get("page", ["1"])[0])
        end = page * size
        if end >= len(found):
            return found[end - size :], {}
        following = f'<{self.github.url}{path}?per_page={size}&page={page + 1}>; rel="next"'
        return found[end - size : end], {"Link": following}

    def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _run


@contextmanager
def serve() -> Iterator[GitHub]:
    """GitHub on a port of its own, as long as this is open."""
    github = GitHub()
    handler = type("Handler", (_Handler,), {"github": github})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
