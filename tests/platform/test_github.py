"""One comment per pull request and target, whatever GitHub answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.platform.errors import AccessRefused, PlatformError, ReadFailed
from reconciler.platform.github import (
    Comment,
    GitHubAccess,
    github_access,
    head_of,
    keep_issue,
    post_comment,
)
from tests.platform.github_stub import Fault, GitHub, serve

TOKEN = "ghs_0123456789abcdefghij"
MARK = "<!-- reconcile funds/prod"
COMMENTS = "/repos/o/r/issues/7/comments"


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serve() as running:
        yield running


@pytest.fixture
def access(github: GitHub) -> GitHubAccess:
    environ = {
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
    }
    return github_access(environ)


def comment(text: str, commit: str = "a" * 40) -> Comment:
    return Comment(MARK, f"{MARK} {commit} -->\n{text}\n", commit)


def post(access: GitHubAccess, text: str, commit: str = "a" * 40) -> str:
    return post_comment(access, 7, comment(text, commit), pace=0)[0]


def test_one_comment_after_ten_pushes(github: GitHub, access: GitHubAccess) -> None:
    github.page = 2
    for number in range(5):
        github.say(f"{number}")
    done = []
    for number in range(10):
        github.head = f"{number:040}"
        done.append(post(access, f"plan {number}", github.head))
        github.say("in between")
    ours = [one for one in github.comments if one["user"]["login"] == github.author]
    assert len(ours) == 1 and "plan 9" in ours[0]["body"]
    assert done == ["created", *["updated"] * 9]


def test_the_same_text_is_not_sent_again(github: GitHub, access: GitHubAccess) -> None:
    post(access, "plan")
    ours = github.comments[0]
    ours["body"] = ours["body"].replace("\n", "\r\n")  # as GitHub's web page saves it
    assert post(access, "plan") == "unchanged"
    assert [method for method, _ in github.requests].count("PATCH") == 0


def test_nobody_can_plant_a_comment(github: GitHub, access: GitHubAccess) -> None:
    planted = github.say(f"{MARK} {'a' * 40} -->\nNothing changes.")
    quoted = github.say(f"> {MARK}", github.author)
    assert post(access, "plan") == "created"
    planted["user"] = None  # the account is deleted
    assert post(access, "plan") == "unchanged"
    assert "Nothing changes." in planted["body"] and quoted["body"] == f"> {MARK}"


def test_a_token_of_a_person_is_known_by_its_login(github: GitHub, access: GitHubAccess) -> None:
    github.login = "deployer"
    assert [post(access, "one"), post(access, "two")] == ["created", "updated"]
    assert [one["user"]["login"] for one in github.comments] == ["deployer"]


def test_a_token_of_an_app_is_known_by_its_login(github: GitHub, access: GitHubAccess) -> None:
    github.app = "fund-deployer[bot]"
    assert [post(access, "one"), post(access, "two")] == ["created", "updated"]
    assert len(github.comments) == 1


def test_a_server_that_does_not_say_whose_an_app_s_token_is(
    github: GitHub, access: GitHubAccess
) -> None:
    github.faults.append(Fault("POST", "/graphql", 404, times=2))
    assert [post(access, "one"), post(access, "two")] == ["created", "updated"]
    github.faults.append(Fault("POST", "/graphql", 502, times=9))
    with pytest.raises(ReadFailed):  # unknown is nobody: a second comment would be posted
        post(access, "three")


def test_an_older_run_does_not_replace_the_newest(github: GitHub, access: GitHubAccess) -> None:
    github.head = "b" * 40
    post(access, "new", "b" * 40)
    assert post(access, "old", "a" * 40) == "outdated"
    assert "new" in github.comments[0]["body"]
    assert head_of(access, 7, pace=0) == "b" * 40


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", COMMENTS, 500),
        Fault("POST", COMMENTS, 502, after=True),
        Fault("POST", COMMENTS, 0),
        Fault("POST", COMMENTS, 0, after=True),
        Fault("POST", COMMENTS, 429, {"Retry-After": "1"}),
        Fault("POST", COMMENTS, 403, {"Retry-After": "1"}),
        Fault("POST", COMMENTS, 503, after=True, times=2),
        Fault("GET", COMMENTS, 500, times=2),
        Fault("GET", COMMENTS, 0),
        Fault("GET", "/repos/o/r/pulls/7", 503),
        Fault("GET", "/user", 500),
        Fault("GET", COMMENTS, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
    ],
)
def test_no_answer_makes_a_second_comment(
    fault: Fault, github: GitHub, access: GitHubAccess
) -> None:
    github.faults.append(fault)
    assert post(access, "plan") in ("created", "unchanged")
    assert fault.times == 0 or fault.after
    assert post(access, "plan") == "unchanged"
    assert len(github.comments) == 1


@pytest.mark.parametrize("status", [500, 429, 0])
def test_an_edit_is_tried_again(status: int, github: GitHub, access: GitHubAccess) -> None:
    post(access, "one")
    github.faults.append(Fault("PATCH", ".*", status))
    assert post(access, "two") == "updated"
    assert "two" in github.comments[0]["body"]


def test_without_permission(github: GitHub, access: GitHubAccess) -> None:
    github.faults.append(Fault("POST", COMMENTS, 403))
    with pytest.raises(AccessRefused) as refused:
        post(access, "plan")
    assert refused.value.code == "github.forbidden"
    assert "pull-requests: write" in refused.value.hint
    assert github.comments == []


def test_what_is_not_there(github: GitHub, access: GitHubAccess) -> None:
    with pytest.raises(ReadFailed) as failed:
        post_comment(access, 8, comment("plan"), pace=0)
    assert failed.value.code == "github.not_found"


def test_an_end_of_patience(github: GitHub, access: GitHubAccess) -> None:
    github.faults.append(Fault("GET", COMMENTS, 500, times=9))
    with pytest.raises(ReadFailed, match="4 tries"):
        post(access, "plan")
    github.faults[:] = [Fault("GET", COMMENTS, 429, {"Retry-After": "3600"})]
    with pytest.raises(ReadFailed, match="wait 3600 seconds"):
        post(access, "plan")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_REPOSITORY": "justaname"}, "is not OWNER/NAME"),
        ({"GITHUB_API_URL": "http://github.example"}, "over https only"),
    ],
)
def test_what_has_to_be_given(changed: dict[str, str], said: str) -> None:
    environ = {"GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": TOKEN, **changed}
    with pytest.raises(PlatformError, match=said):
        github_access(environ)


def test_the_token_is_sent_and_never_shown(github: GitHub, access: GitHubAccess) -> None:
    post(access, "plan")
    assert github.tokens == {f"token {TOKEN}"}
    assert TOKEN not in repr(access)


def test_an_issue_is_opened_kept_and_closed(github: GitHub, access: GitHubAccess) -> None:
    github.open("theirs", f"{MARK} theirs")

    def kept(body: str | None) -> str:
        text = None if body is None else f"{MARK} -->\n{body}"
        return keep_issue(access, MARK, "Drift of prod", text, pace=0)[0]

    assert kept(None) == "unchanged"
    github.faults.append(Fault("POST", "/repos/o/r/issues", 502, after=True))
    assert kept("two agents") == "unchanged"  # posted, and found again
    assert [kept("two agents"), kept("three agents")] == ["unchanged", "updated"]
    assert kept(None) == "closed"
    assert [one["state"] for one in github.issues] == ["open", "closed"]
    assert kept("again") == "created"
