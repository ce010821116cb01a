"""Exports: from the request to the last row of the last file."""

import io
import zipfile
from collections.abc import Callable

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Scripted, answer, html

from loanark.hubspot import exports
from loanark.hubspot.errors import Invalid, NotHubSpot, Unavailable, UnknownOutcome
from loanark.hubspot.exports import State, Status
from loanark.hubspot.transport import MAX_ATTEMPTS

LINK = "https://files.example.com/export.csv?signature=secret"
DONE = {
    "status": "COMPLETE",
    "result": LINK,
    "startedAt": "2026-11-22T11:00:00Z",
    "completedAt": "2026-11-22T11:00:01Z",
}
PLAIN = b'hs_object_id,firstname\n1,Ann\n2,"Bea, ""B"""\n'
ROWS = [{"hs_object_id": "1", "firstname": "Ann"}, {"hs_object_id": "2", "firstname": 'Bea, "B"'}]


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def serving(*files: httpx2.Response | Exception, status: dict[str, object] | None = None) -> Scripted:
    """HubSpot with a finished export, and files that the link leads to; the last repeats."""
    waiting = list(files)

    def handler(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "api.hubapi.com":
            return answer(status or DONE)
        given = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(given, Exception):
            raise given
        return given

    return Scripted(handler=handler)


def file(content: bytes) -> httpx2.Response:
    return httpx2.Response(200, content=content, headers={"content-type": "application/octet-stream"})


def rows(content: bytes) -> list[dict[str, str]]:
    return list(exports.rows(io.BytesIO(content)))


# Asking


def test_an_export_asks_for_names_and_values_and_always_for_the_id() -> None:
    hubspot = Scripted(answer({"id": 77, "links": {}}, 202))
    assert hubspot.client.start_export("first load", ["email", "hs_object_id"], lane="backfill") == "77"
    assert hubspot.requests[0].url.path == "/crm/exports/2026-09/export/async"
    body = hubspot.body()
    assert (body["exportType"], body["format"], body["objectType"]) == ("VIEW", "CSV", "CONTACT")
    assert body["exportInternalValuesOptions"] == ["NAMES", "VALUES"]
    assert body["objectProperties"] == ["hs_object_id", "email"]


def test_an_export_is_not_started_twice_after_a_lost_answer() -> None:
    hubspot = Scripted(httpx2.ReadTimeout("slow"))
    with pytest.raises(UnknownOutcome):
        hubspot.client.start_export("first load", [], lane="backfill")
    assert len(hubspot.requests) == 1


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "CANCELED"])
def test_an_export_tells_how_far_it_is(state: str) -> None:
    status = Scripted(answer({"status": state})).client.export_status("77", lane="backfill")
    assert status == Status(State(state), "")


def test_the_link_to_an_export_does_not_show_itself() -> None:
    status = Scripted(answer(DONE)).client.export_status("77", lane="backfill")
    assert (status.link, repr(status)) == (LINK, "Status(COMPLETE)")


def test_a_state_nobody_knows_is_not_hubspots() -> None:
    with pytest.raises(NotHubSpot):
        Scripted(answer({"status": "MELTING"})).client.export_status("77", lane="backfill")


# Downloading


def test_an_export_is_downloaded_without_our_credentials() -> None:
    hubspot = serving(file(PLAIN))
    assert list(hubspot.client.download_export("77", lane="backfill")) == ROWS
    (download,) = [request for request in hubspot.requests if request.url.host != "api.hubapi.com"]
    assert "authorization" not in download.headers


def test_a_link_that_has_ended_is_replaced_by_a_new_one() -> None:
    hubspot = serving(html(403), httpx2.ReadError("reset"), html(502), file(PLAIN))
    assert list(hubspot.client.download_export("77", lane="backfill")) == ROWS
    asked = [request for request in hubspot.requests if request.url.host == "api.hubapi.com"]
    assert (len(asked), hubspot.slept) == (4, [1.0, 2.0, 4.0])


def test_a_download_may_be_redirected() -> None:
    away = httpx2.Response(302, headers={"location": "https://other.example.com/file"})
    hubspot = serving(away, file(PLAIN))
    assert list(hubspot.client.download_export("77", lane="backfill")) == ROWS
    assert (hubspot.requests[-1].url.host, hubspot.slept) == ("other.example.com", [])


def test_a_download_that_never_succeeds_gives_up_without_telling_the_link() -> None:
    hubspot = serving(html(404))
    with pytest.raises(Unavailable, match="status 404") as caught:
        hubspot.client.download_export("77", lane="backfill")
    assert "secret" not in str(caught.value)
    assert len(hubspot.slept) == MAX_ATTEMPTS - 1


def test_an_export_that_is_not_ready_is_tried_later() -> None:
    hubspot = serving(file(PLAIN), status={"status": "PROCESSING"})
    with pytest.raises(Unavailable, match="not ready"):
        hubspot.client.download_export("77", lane="backfill")


def test_a_canceled_export_never_comes() -> None:
    with pytest.raises(Invalid, match="start another one"):
        serving(file(PLAIN), status={"status": "CANCELED"}).client.download_export("77", lane="backfill")


# Files


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN + b"\n\n",
        PLAIN.removesuffix(b"\n"),
        PLAIN.replace(b"hs_object_id", b'"Record ID"'),
        zipped(**{"all.csv": PLAIN}),
        zipped(**{"folder__": b"", "folder__all.csv": b"\xef\xbb\xbf" + PLAIN}),
    ],
    ids=["plain", "marked", "crlf", "blank lines", "no last newline", "label", "zip", "zip with a folder"],
)
def test_rows_are_read_from_whatever_the_file_looks_like(content: bytes) -> None:
    assert rows(content) == ROWS


def test_several_files_in_a_zip_are_read_in_the_order_of_their_numbers() -> None:
    parts = {f"part-{number}.csv": f"hs_object_id,n\n{number},x\n".encode() for number in (10, 2, 1)}
    assert [row["hs_object_id"] for row in rows(zipped(**parts))] == ["1", "2", "10"]


def test_an_export_of_nobody_has_no_rows() -> None:
    assert rows(b"hs_object_id,firstname\n") == []


@given(
    st.lists(
        st.tuples(st.integers(1, 9**9), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)),
        max_size=5,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_every_text_survives_an_export(people: list[tuple[int, str]], newline: str, as_zip: bool) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = ["hs_object_id,firstname", *(f"{id},{quoted(name)}" for id, name in people), ""]
    content = newline.join(lines).encode()
    read = rows(zipped(**{"a.csv": content}) if as_zip else content)
    assert [(int(row["hs_object_id"]), row["firstname"]) for row in read] == people


def test_the_longest_text_hubspot_holds_survives_an_export() -> None:
    long = "ä" * 65_536 * 3
    assert rows(f'hs_object_id,notes\n1,"{long}"\n'.encode())[0]["notes"] == long


@pytest.mark.parametrize(
    "content",
    [
        PLAIN[:-4],
        PLAIN + b"3",
        b"hs_object_id,firstname\n1,Ann,extra\n",
        b"firstname\nAnn\n",
        b"",
        b"<html>Sign in</html>",
        b"hs_object_id,firstname\n1,\xff\xfe\n",
        zipped(**{"all.csv": PLAIN})[:-30],
        zipped(**{"all.csv": b"nothing"}),
    ],
    ids=["cut in a quote", "cut in a row", "more cells", "no id", "empty", "page", "bytes", "cut zip", "no id in zip"],
)
def test_a_file_that_breaks_off_or_is_something_else_is_never_taken_for_whole(content: bytes) -> None:
    with pytest.raises(NotHubSpot, match="cannot be read"):
        rows(content)


def test_a_zip_whose_content_was_damaged_is_never_taken_for_whole() -> None:
    content = bytearray(zipped(**{"all.csv": PLAIN}))
    content[45] ^= 0xFF
    with pytest.raises(NotHubSpot):
        rows(bytes(content))


@pytest.mark.parametrize("close", [lambda rows: list(rows), lambda rows: (next(rows), rows.close())])
def test_the_file_is_closed_at_the_end_and_when_reading_stops(close: Callable[[object], object]) -> None:
    held = io.BytesIO(PLAIN)
    close(exports.rows(held))
    assert held.closed
