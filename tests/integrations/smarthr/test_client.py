from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import responses

from integrations.smarthr.errors import (
    IpNotPermitted,
    PermissionMissing,
    SmartHRError,
    SubdomainRenamed,
    TokenRejected,
    UnexpectedAnswer,
)
from integrations.smarthr.records import BadRecord, Crew, Flag
from tests.integrations.smarthr.conftest import MakeClient

ROOT = "https://acme.smarthr.jp/api/v1"
FIELDS = ["emp_code", "last_name"]


def uuid(number: int) -> UUID:
    return UUID(int=(4 << 76) | (8 << 60) | number)


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def asked(mocked: responses.RequestsMock, number: int = 0) -> dict[str, str]:
    request = mocked.calls[number].request
    params: dict[str, str] = request.params  # type: ignore[attr-defined]  # set by responses
    return params


def test_crews_page(mocked: responses.RequestsMock, make_client: MakeClient) -> None:
    rows = [{"id": str(uuid(1)), "emp_code": "00027", "last_name": None}, {"id": "c2"}]
    mocked.get(
        f"{ROOT}/crews",
        json=rows,
        headers={"x-total-count": "102", "Link": f'<{ROOT}/crews?page=2>; rel="next"'},
    )
    before = datetime.now(UTC)

    page = make_client().crews_page(1, fields=FIELDS)

    crew, bad = page.items
    assert isinstance(crew, Crew)
    assert (crew.id, crew.emp_code, crew.last_name, crew.email) == (
        uuid(1),
        "00027",
        None,
        Flag.ABSENT,
    )
    assert bad == BadRecord("c2")
    assert (page.number, page.total, page.has_next) == (1, 102, True)
    assert before <= page.read_at == crew.read_at <= datetime.now(UTC)
    assert asked(mocked) == {
        "page": "1",
        "per_page": "100",
        "fields": "id,updated_at,emp_code,last_name",
    }


def test_crews_are_never_asked_for_other_attributes(make_client: MakeClient) -> None:
    client = make_client()

    with pytest.raises(ValueError, match="bank_accounts"):
        client.crews_page(1, fields=["email", "bank_accounts"])

    assert client.requests == 0


def test_departments_page_has_no_fields(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    mocked.get(f"{ROOT}/departments", json=[{"id": str(uuid(1)), "name": "営業部"}])

    page = make_client().departments_page(3)

    assert [item.name for item in page.items if not isinstance(item, BadRecord)] == ["営業部"]
    assert (page.number, page.total, page.has_next) == (3, None, False)
    assert asked(mocked) == {"page": "3", "per_page": "100"}


def test_crews_by_id_asks_in_batches_of_100(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    ids = [uuid(number) for number in range(150)]
    mocked.get(f"{ROOT}/crews", json=[{"id": str(uuid(7)), "emp_code": "7"}])
    mocked.get(f"{ROOT}/crews", json=[])

    found = make_client().crews_by_id([*ids, uuid(3)], fields=["emp_code"])

    assert {crew_id: crew.emp_code for crew_id, crew in found.items()} == {uuid(7): "7"}
    assert asked(mocked, 0) == {
        "page": "1",
        "per_page": "100",
        "id": ",".join(map(str, ids[:100])),
        "fields": "id,updated_at,emp_code",
    }
    assert asked(mocked, 1)["id"] == ",".join(map(str, ids[100:]))


def test_no_crews_by_id_is_no_request(make_client: MakeClient) -> None:
    client = make_client()

    assert client.crews_by_id([], fields=FIELDS) == {}
    assert client.requests == 0


@pytest.mark.parametrize("stranger", [str(uuid(2)), "c2"])
def test_crew_by_id_that_was_not_asked_for_is_unexpected(
    mocked: responses.RequestsMock, make_client: MakeClient, stranger: str
) -> None:
    mocked.get(f"{ROOT}/crews", json=[{"id": str(uuid(1))}, {"id": stranger}])

    with pytest.raises(UnexpectedAnswer):
        make_client().crews_by_id([uuid(1)], fields=FIELDS)


def test_crews_by_id_that_are_cut_short_are_unexpected(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    mocked.get(f"{ROOT}/crews", json=[{"id": str(uuid(1))}], headers={"x-total-count": "2"})

    with pytest.raises(UnexpectedAnswer):
        make_client().crews_by_id([uuid(1), uuid(2)], fields=FIELDS)


def test_crew_that_exists(mocked: responses.RequestsMock, make_client: MakeClient) -> None:
    mocked.get(f"{ROOT}/crews/{uuid(1)}", json={"id": str(uuid(1)).upper()})

    assert make_client().crew_exists(uuid(1)) is True
    assert asked(mocked) == {"fields": "id"}


def test_record_is_gone_only_by_smarthrs_own_404(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    body = {"code": 4, "type": "not_found", "message": "見つかりません", "errors": None}
    mocked.get(f"{ROOT}/crews/{uuid(1)}", status=404, json=body)
    mocked.get(f"{ROOT}/departments/{uuid(1)}", status=404, json=body)
    client = make_client()

    assert client.crew_exists(uuid(1)) is False
    assert client.department_exists(uuid(1)) is False


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<html>"),
        (404, ""),
        (404, "null"),
        (404, "[4]"),
        (404, "{}"),
        (404, '{"code": 3}'),
        (404, '{"code": "4"}'),
        (404, '{"code": 4.0}'),
        (410, '{"code": 4}'),
        (200, '{"code": 4}'),
        (200, "[]"),
        (200, "null"),
        (200, f'{{"id": "{uuid(2)}"}}'),
        (200, '{"id": "c1"}'),
        (200, '{"id": null}'),
        (204, ""),
    ],
)
def test_record_of_which_nothing_sure_is_said_is_unexpected(
    mocked: responses.RequestsMock, make_client: MakeClient, status: int, body: str
) -> None:
    mocked.get(f"{ROOT}/crews/{uuid(1)}", status=status, body=body)
    mocked.get(f"{ROOT}/departments/{uuid(1)}", status=status, body=body)
    client = make_client()

    with pytest.raises(UnexpectedAnswer):
        client.crew_exists(uuid(1))
    with pytest.raises(UnexpectedAnswer):
        client.department_exists(uuid(1))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"code": 2}, TokenRejected()),
        (401, None, TokenRejected()),
        (403, {"code": 3}, PermissionMissing("従業員情報:参照")),
        (403, {"code": 15}, IpNotPermitted()),
        (403, {"code": 7}, UnexpectedAnswer("HTTP 403, code 7")),
        (403, ["x"], UnexpectedAnswer("HTTP 403")),
        (400, {"message": "subdomain acme-old is inactive"}, SubdomainRenamed()),
        (400, {"code": 1, "message": "Subdomain is INACTIVE", "errors": 5}, SubdomainRenamed()),
        (400, {"code": 1, "message": "不正なリクエストです"}, UnexpectedAnswer("HTTP 400, code 1")),
        (400, {"code": 10**30}, UnexpectedAnswer("HTTP 400")),
        (404, {"code": 4}, UnexpectedAnswer("HTTP 404, code 4")),
        (302, None, UnexpectedAnswer("HTTP 302")),
        (206, [], UnexpectedAnswer("HTTP 206")),
        (200, None, UnexpectedAnswer("not JSON")),
        (200, {"data": []}, UnexpectedAnswer("not a JSON array")),
        (200, [{"id": 5}], UnexpectedAnswer("a record without id")),
    ],
)
def test_refusal_of_a_list(
    mocked: responses.RequestsMock,
    make_client: MakeClient,
    status: int,
    body: object,
    error: SmartHRError,
) -> None:
    mocked.get(f"{ROOT}/crews", status=status, json=body)

    with pytest.raises(SmartHRError) as caught:
        make_client().crews_page(1, fields=FIELDS)

    assert type(caught.value) is type(error)
    assert (caught.value.code, str(caught.value)) == (error.code, str(error))


def test_missing_permission_for_departments(
    mocked: responses.RequestsMock, make_client: MakeClient
) -> None:
    mocked.get(f"{ROOT}/departments", status=403, json={"code": 3})

    with pytest.raises(PermissionMissing) as caught:
        make_client().departments_page(1)

    assert caught.value.permission == "部署:参照"


@pytest.mark.parametrize(
    "subdomain", ["", "Acme", "a.b", "acme/", "acme@evil.example", "a" * 64, "acme\n", "日本"]
)
def test_subdomain_that_is_no_dns_label_is_refused(make_client: MakeClient, subdomain: str) -> None:
    with pytest.raises(ValueError, match="DNS label"):
        make_client(subdomain=subdomain)
