from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import Address, matches
from reconciler.engine.live import Marker, label_marker
from reconciler.engine.values import (
    Ref,
    Secret,
    SecretRef,
    canonical,
    content_digest,
    decode,
    digest,
    encode,
    refs_in,
    replace_refs,
)

_refs = st.builds(
    Ref, st.just(Address("skill", "cite")), st.sampled_from(["id", "version"]), st.text(max_size=4)
)
_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | _refs
    | st.builds(SecretRef, st.text(min_size=1))
)
_keys = st.text().filter(lambda key: not key.startswith("$"))
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3)
)


@given(_values)
def test_encoding_and_decoding_is_the_identity(value: object) -> None:
    assert decode(encode(value)) == value


@given(st.dictionaries(_keys, _values, max_size=4))
def test_digests_do_not_depend_on_key_order(value: dict[str, object]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


@given(_values)
def test_replacing_every_reference_leaves_none(value: object) -> None:
    assert not list(refs_in(replace_refs(value, lambda ref: "known")))


def test_a_reference_in_json() -> None:
    ref = Ref(Address("skill", "cite-sources"), "id")
    assert ref.encode() == {"$ref": "skill/cite-sources", "attr": "id"}


def test_a_secret_shows_nothing_anywhere() -> None:
    secret = Secret("hush")
    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"
    assert secret.reveal() == "hush"
    with pytest.raises(TypeError):
        encode({"token": secret})
    with pytest.raises(TypeError):
        canonical(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@given(st.dictionaries(st.text(min_size=1), st.binary(), max_size=4))
def test_content_is_its_paths_and_bytes_in_any_order(files: dict[str, bytes]) -> None:
    assert content_digest(dict(reversed(files.items()))) == content_digest(files)


def test_content_keeps_names_and_bytes_apart() -> None:
    assert content_digest({"ab": b"c"}) != content_digest({"a": b"bc"})
    assert content_digest({"a": b"", "b": b"x"}) != content_digest({"a": b"x", "b": b""})


@pytest.mark.parametrize(
    "text", ["p/t/agent/a", "p/t/agent/a@3", "p/t/agent/gl/reader@12", "p/t/vault/byng/x"]
)
def test_markers_read_back(text: str) -> None:
    assert str(Marker.parse(text)) == text


@pytest.mark.parametrize("text", ["", "p/t", "p/t/thing/a", "hello", "p/t/agent/"])
def test_other_texts_are_no_markers(text: str) -> None:
    assert Marker.parse(text) is None


def test_addresses() -> None:
    address = Address.parse("registration/byng/audit")
    assert (address.kind, address.name) == ("registration", "byng/audit")
    assert matches(address, ["*/byng/*"]) and not matches(address, ["agent/*"])
    for bad in ("", "agent", "agent/", "thing/x"):
        with pytest.raises(ValueError, match="not an address"):
            Address.parse(bad)


@pytest.mark.parametrize(
    ("label", "owner"),
    [
        ("cite (funds/test)", "funds/test/skill/cite"),
        ("cite", None),
        ("cite (funds)", None),
        ("cite (a/b/c)", None),
        ("two words (a/b)", None),
        ("", None),
    ],
)
def test_the_label_is_the_marker(label: str, owner: str | None) -> None:
    found = label_marker(label)
    assert (str(found) if found else None) == owner
