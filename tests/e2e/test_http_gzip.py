"""Files of the page, compressed for those who accept it."""

import gzip

import pytest

TEXT = b"tea " * 5000
ACCEPT = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def server(start_server, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "index.html").write_text("<p>tea")
    (root / "long.js").write_bytes(TEXT)
    (root / "noise.png").write_bytes(bytes((i * i * 7919 >> 5) & 255 for i in range(100)))
    return start_server(web={"root": root})


def test_a_file_is_compressed_only_where_that_is_accepted(server):
    status, headers, body = server.get("/long.js", headers=ACCEPT)
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert int(headers["content-length"]) == len(body) < len(TEXT) / 20
    assert gzip.decompress(body) == TEXT
    assert "content-security-policy" in headers
    for accept in ({}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0, *"},
                   {"Accept-Encoding": "gzip" + ", x" * 2000}):
        status, headers, body = server.get("/long.js", headers=accept)
        assert (status, body) == (200, TEXT), accept
        assert "content-encoding" not in headers and headers["vary"] == "Accept-Encoding"


def test_each_form_has_an_etag_of_its_own(server):
    plain = server.get("/long.js")[1]["etag"]
    packed = server.get("/long.js", headers=ACCEPT)[1]["etag"]
    assert plain != packed
    for etag, accept, status in ((packed, ACCEPT, 304), (plain, {}, 304), (packed, {}, 200),
                                 (plain, ACCEPT, 200), (f'"x", W/{packed}', ACCEPT, 304),
                                 ("*", ACCEPT, 304)):
        answer, headers, body = server.get("/long.js", headers={"If-None-Match": etag, **accept})
        assert answer == status, (etag, accept)
        assert headers["etag"] == (packed if accept else plain)
        assert headers["vary"] == "Accept-Encoding"
        assert (body == b"") == (status == 304)


def test_head_tells_what_get_would(server):
    for accept in ({}, ACCEPT):
        _, asked, body = server.get("/long.js", headers=accept)
        status, told, nothing = server.get("/long.js", method="HEAD", headers=accept)
        assert (status, nothing) == (200, b"")
        assert told == asked and int(told["content-length"]) == len(body)


def test_what_would_not_become_shorter_stays_as_it_is(server):
    for path in ("/", "/noise.png", "/healthz"):
        _, headers, _ = server.get(path, headers=ACCEPT)
        assert "content-encoding" not in headers and "vary" not in headers, path


def test_the_shipped_page_is_compressed_to_a_third(start_server):
    server = start_server()
    plain = len(server.get("/")[2])
    assert len(server.get("/", headers=ACCEPT)[2]) < plain / 2.5
