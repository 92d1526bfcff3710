import json

import pytest

from integrations.smarthr.documents import JsonObject, read_object, read_objects
from integrations.smarthr.errors import UnexpectedAnswer


def nested(levels: int, name: str = "x") -> bytes:
    """A page with one department under so many ancestors."""
    opened = "".join(f'{{"id":"{n}","name":"{name}","parent":' for n in range(levels))
    return f'[{opened}null{"}" * levels}, {{"id": "last", "tags": [1, [2]]}}]'.encode()


def test_list_of_objects() -> None:
    assert read_objects(b'[{"id": "a"}, {"id": "b"}]') == [{"id": "a"}, {"id": "b"}]


def test_byte_order_mark_is_skipped() -> None:
    assert read_objects(b"\xef\xbb\xbf[]") == []


def test_lone_surrogate_and_nul_are_kept() -> None:
    assert read_objects(b'[{"id": "\\ud800\\u0000"}]') == [{"id": "\ud800\x00"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<html></html>",
        b'{"data": []}',
        b"[1]",
        b"[null]",
        b'[{"id": "a"}, []]',
        b'[{"id": "a"}',
        b'[{"id": "a"}] x',
        b'[{"id": ' + b"9" * 5000 + b"}]",
        json.dumps([{"id": "佐藤"}], ensure_ascii=False).encode("cp932"),
        json.dumps([{"id": "a"}]).encode("utf-16"),
    ],
)
def test_anything_but_a_list_of_objects_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        read_objects(body)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"a"', b"{"])
def test_anything_but_an_object_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        read_object(body)


@pytest.mark.parametrize("levels", [2_000, 50_000])
def test_body_deeper_than_json_reads_is_read_to_the_needed_levels(levels: int) -> None:
    first, last = read_objects(nested(levels))

    assert first["id"] == "0"
    parent = first["parent"]
    assert isinstance(parent, dict)
    assert (parent["id"], parent["name"]) == ("1", "x")
    assert last == {"id": "last", "tags": [1, [2]]}


def test_deep_body_keeps_a_lone_surrogate() -> None:
    first, _ = read_objects(nested(2_000, name="\\ud800\\u0000"))

    assert first["name"] == "\ud800\x00"


def test_deep_body_keeps_the_departments_of_a_crew() -> None:
    chain: JsonObject = {"id": "d0", "parent": None}
    text = '{"id": "d", "parent": ' * 2_000 + json.dumps(chain) + "}" * 2_000
    body = f'[{{"id": "c", "departments": [null, {text}], "email": null}}]'.encode()

    (crew,) = read_objects(body)

    departments = crew["departments"]
    assert isinstance(departments, list)
    assert departments[0] is None
    assert departments[1]["id"] == "d"
    assert crew["email"] is None


@pytest.mark.parametrize("tail", [b"", b"x", b'{"id": 9'])
def test_deep_body_that_is_broken_is_unexpected(tail: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        read_objects(nested(2_000)[:-1] + tail)


def test_deep_body_of_the_wrong_shape_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswer):
        read_objects(b"[" * 100_000 + b"]" * 100_000)
