"""What two sequences share: right for any, and never each item against each."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.sequences import blocks, groups

SHORT = st.lists(st.sampled_from("abcde"), max_size=40)


@given(SHORT, SHORT)
def test_the_blocks_are_both_sequences_in_turn(before: list[str], after: list[str]) -> None:
    found = blocks(before, after)
    assert [one for block in found for one in before[block.start : block.end]] == before
    assert [one for block in found for one in after[block.other : block.other_end]] == after
    for block in found:
        same = before[block.start : block.end] == after[block.other : block.other_end]
        assert same == block.equal
    assert all(one.equal != other.equal for one, other in pairwise(found))


@given(SHORT, SHORT, st.integers(0, 4))
def test_groups_hold_every_change_with_what_is_around_it(
    before: list[str], after: list[str], context: int
) -> None:
    found = blocks(before, after)
    grouped = [block for group in groups(found, context) for block in group]
    changes = [block for block in found if not block.equal]
    assert [block for block in grouped if not block.equal] == changes
    for group in groups(found, context):
        assert all(
            block.end - block.start <= context for block in (group[0], group[-1]) if block.equal
        )
        assert all(block.end - block.start <= 2 * context for block in group if block.equal)


def test_an_inserted_line_is_all_there_is_between_anchors() -> None:
    before, after = list("abcdef"), list("abcXdef")
    assert [
        (b.start, b.end, b.other, b.other_end) for b in blocks(before, after) if not b.equal
    ] == [(3, 3, 3, 4)]


class Word:
    """A word that counts how often it is compared and hashed."""

    looks = 0

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        Word.looks += 1
        return isinstance(other, Word) and self.text == other.text

    def __hash__(self) -> int:
        Word.looks += 1
        return hash(self.text)


def looks(before: list[str], after: list[str]) -> int:
    Word.looks = 0
    blocks([Word(text) for text in before], [Word(text) for text in after])
    return Word.looks


def test_looks_grow_with_the_length_and_not_with_its_square() -> None:
    def worst(size: int) -> list[tuple[list[str], list[str]]]:
        numbers = [str(at) for at in range(size)]
        part = [str(at // 30) if at % 30 == 0 else "ab"[at % 2] for at in range(size)]
        turned = [str(at // 30) if at % 30 == 0 else "ba"[at % 2] for at in range(size)]
        return [
            (["a"] * size, ["b", *["a"] * (size - 2), "c"]),
            (numbers, numbers[::-1]),
            (numbers, [f"x{text}" for text in numbers]),
            (["a", "b"] * (size // 2), ["b", "c"] * (size // 2)),
            (part, turned),
            (numbers + numbers, numbers[::-1] + numbers),
        ]

    for small, large in zip(worst(1_000), worst(8_000), strict=True):
        assert looks(*large) < 12 * looks(*small) + 1_000
        assert looks(*large) < 300 * len(large[0])
