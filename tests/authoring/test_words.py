from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.tool_form import BUILTIN_TOOLS
from reconciler.authoring.words import POLICIES, Word, WordError, builtin_word, parse_word

names = st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True)


@given(names, st.sampled_from([None, *POLICIES.values()]))
def test_a_word_is_read_back_as_written(name: str, policy: str | None) -> None:
    assert parse_word(str(Word(name, policy))) == Word(name, policy)


@given(names, st.text(max_size=10))
def test_any_other_suffix_is_refused(name: str, suffix: str) -> None:
    if suffix in POLICIES:
        assert parse_word(f"{name}:{suffix}").policy == POLICIES[suffix]
        return
    with pytest.raises(WordError) as caught:
        parse_word(f"{name}:{suffix}")
    assert caught.value.code == "tools.suffix"


@given(st.sampled_from(BUILTIN_TOOLS), st.data())
def test_case_and_separators_do_not_matter(name: str, data: st.DataObject) -> None:
    spelt = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in name)
    for word in (spelt, spelt.replace("_", ""), spelt.replace("_", "-")):
        assert builtin_word(word) == Word(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MultiEdit", Word("edit")),
        ("WebFetch:ask", Word("web_fetch", "always_ask")),
        ("All:auto", Word("all", "auto")),
        ("bash:allow", Word("bash", "always_allow")),
    ],
)
def test_words_of_other_tools(text: str, expected: Word) -> None:
    assert builtin_word(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("bsah", "tools.unmapped", "did you mean `bash`?"),
        ("Bash(ls *)", "tools.unmapped", "bash:ask"),
        ("mcp__ledger__read", "tools.unmapped", "mcp_servers"),
        ("Read, Write", "tools.unmapped", "[Read, Write]"),
        ("LS", "tools.unmapped", "built in:"),
        ("bash:aks", "tools.suffix", "did you mean `ask`?"),
        ("bash:", "tools.suffix", ":ask, :allow or :auto"),
        ("bash:ask:allow", "tools.suffix", ""),
        ("bash: ask", "tools.suffix", ""),
        (" bash", "tools.suffix", "name[:ask"),
        ("", "tools.suffix", "name[:ask"),
    ],
)
def test_anything_else_suggests_what_to_write(text: str, code: str, hint: str) -> None:
    with pytest.raises(WordError) as caught:
        builtin_word(text)
    assert caught.value.code == code
    assert hint in caught.value.hint
