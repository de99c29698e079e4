"""What may leave: URLs, header fields, and what the request looks like on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.net import Client, FaultKind, FetchFault
from publisher.net import dialing as dialing_module
from tests.net.net_servers import LOOPBACK, answering, client

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "does not begin with https://"),
        ("partner.example/hook", "does not begin with https://"),
        ("ftp://partner.example/", "does not begin with https://"),
        ("file:///etc/passwd", "does not begin with https://"),
        ("https://", "has no host"),
        ("https:///hook", "has no host"),
        ("https://:443/", "has no host"),
        ("https://user:hunter2@partner.example/", "user name or a password"),
        ("https://hunter2@partner.example/", "user name or a password"),
        ("https://partner.example:99999/", "cannot be read"),
        ("https://partner.example:http/", "cannot be read"),
        ("https://partner.example:0/", "has port 0"),
        ("https://[::1/", "cannot be read"),
        ("https://partner.example\\@other.example/", "backslash"),
        ("https://partner.example/\r\nX: y", "character that no url may have"),
        ("https://partner.example/ hook", "space"),
        ("https://partner.example/\ud800", "character that no url may have"),
        ("https://" + "a" * 64 + ".example/", "no name and no address"),
        ("https://" + "a." * 130 + "example/", "no name and no address"),
        ("https://a..example/", "no name and no address"),
        ("https://*.example/", "no name and no address"),
        ("https://partner%2eexample/", "no name and no address"),
        ("https://hunter2%40partner.example/", "no name and no address"),
        ("https://-a.example/", "no name and no address"),
        ("https://\u2488.example\u2024/", "no name and no address"),
        ("https://partner.example/" + "a" * 9000, "longer than"),
    ],
)
def test_a_url_that_cannot_be_sent_to_is_a_fault_that_says_what_to_change(url: str, words: str) -> None:
    """The message says what is wrong with the URL and repeats no part of it."""
    with pytest.raises(FetchFault) as caught:
        client().post(url, headers={}, body=b"")

    assert caught.value.kind is FaultKind.URL
    assert words in caught.value.message
    assert "hunter2" not in caught.value.message
    assert not caught.value.sent


def test_the_body_and_the_callers_headers_arrive_as_they_were_given() -> None:
    """The bytes that were signed are the bytes that are sent."""
    body = b'{"a": "\xc3\xa9 \x00"}'
    with answering(NO_CONTENT) as host:
        client().post(
            host.url("/hook?a=1&b=%20"),
            headers={"Webhook-Id": "msg_1", "Content-Type": "application/json"},
            body=body,
        )

    head, _, arrived = host.heard[0].partition(b"\r\n\r\n")
    assert arrived == body
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?a=1&b=%20 HTTP/1.1"
    assert sorted(lines[1:]) == sorted(
        [
            f"Host: 127.0.0.1:{host.port}",
            "User-Agent: headless-publisher",
            "Accept-Encoding: identity",
            "Connection: close",
            f"Content-Length: {len(body)}",
            "Content-Type: application/json",
            "Webhook-Id: msg_1",
        ]
    )


def test_an_empty_body_is_sent_with_its_length() -> None:
    """Hosts that ask for a length get one."""
    with answering(NO_CONTENT) as host:
        client().post(host.url(), headers={}, body=b"")

    assert b"\r\nContent-Length: 0\r\n" in host.heard[0]


def test_the_fragment_stays_here() -> None:
    """What follows the # is not the host's business."""
    with answering(NO_CONTENT) as host:
        client().get(host.url("/feed.xml#secret"))

    assert host.heard[0].startswith(b"GET /feed.xml HTTP/1.1\r\n")
    assert b"secret" not in host.heard[0]


def test_the_clients_own_headers_cannot_be_replaced() -> None:
    """A compressed body or another user agent cannot be asked for by mistake."""
    with answering(NO_CONTENT) as host:
        client().get(host.url(), headers={"accept-encoding": "gzip", "USER-AGENT": "other"})

    assert b"gzip" not in host.heard[0]
    assert b"other" not in host.heard[0]


@pytest.mark.parametrize(
    "value", ["a\r\nX: b", "a\nb", "a\rb", "a\x00b", "\u20ac", "a\x85b", " s3cret", "s3cret\t", "a\x7f"]
)
def test_a_header_value_that_breaks_out_of_its_line_is_a_value_error(value: str) -> None:
    """The mistake is ours and not the host's, and the value may be a secret."""
    with pytest.raises(ValueError, match="the value of header X-Key") as caught:
        client().post("https://partner.example/", headers={"X-Key": value}, body=b"")

    assert value not in str(caught.value).removeprefix("the value of header X-Key")


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "\u00e9", ":x"])
def test_a_header_name_that_is_no_token_is_a_value_error(name: str) -> None:
    """Names follow RFC 9110."""
    with pytest.raises(ValueError, match="is not the name of a header field"):
        client().get("https://partner.example/", headers={name: "x"})


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection"])
def test_a_header_that_frames_the_request_is_a_value_error(name: str) -> None:
    """Two opinions about where a body ends are how requests are smuggled."""
    with pytest.raises(ValueError, match="is set by the client"):
        client().get("https://partner.example/", headers={name: "1"})


def test_a_user_agent_with_a_line_break_is_refused_at_once() -> None:
    """The mistake shows where it was made."""
    with pytest.raises(ValueError, match="header User-Agent"):
        Client(user_agent="a\r\nb")


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), 3601])
def test_a_deadline_that_ends_nothing_is_refused_at_once(seconds: float) -> None:
    """Waiting for ever is what the deadline is there to prevent."""
    with pytest.raises(ValueError, match="is no deadline"):
        Client(deadline=seconds)


def test_a_body_limit_below_nothing_is_refused_at_once() -> None:
    """The mistake shows where it was made."""
    with pytest.raises(ValueError, match="-1 is no limit"):
        Client(body_limit=-1)


def test_proxies_and_passwords_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Requests go straight to the host, without credentials that nobody gave to this project."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with answering(NO_CONTENT) as host:
        answer = client().get(host.url())

    assert answer.status == 204
    assert host.heard[0].startswith(b"GET / HTTP/1.1\r\n")
    assert b"uthorization" not in host.heard[0]


URL_PIECES = st.sampled_from(
    [
        "http",
        "https",
        "HTTP",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "%",
        "[",
        "]",
        "::1",
        ".",
        "..",
        "xn--",
        "xn--a",
        "\u00df",
        "\u3002",
        "\u2100",
        "\ud800",
        "0x7f.1",
        "127.1",
        "8.8.8.8",
        "10.0.0.1",
        "fe80::1%25lo",
        "::ffff:1.2.3.4",
        ":0",
        ":99999",
        ":80",
        " ",
        "\t",
        "a" * 64,
        "a.b",
        "\u202e",
        "\x00",
        "%00",
        "*",
        "_",
        "-",
        "user:pass@",
        "\u0661",
    ]
)
URLS = st.text() | st.lists(URL_PIECES | st.text(max_size=3), max_size=12).map("".join)


def unreachable(*_args: object) -> None:
    """Refuse every connection."""
    raise ConnectionRefusedError(111, "Connection refused")


@settings(deadline=None, max_examples=400)
@given(url=URLS | URLS.map("https://{}".format) | URLS.map("http://{}".format))
def test_no_url_brings_out_another_exception(url: str) -> None:
    """Whatever stands for a URL, the caller sees one kind of error, printable and in one line."""
    careful = Client(
        allow=LOOPBACK, deadline=5, resolver=lambda *_args, **_more: [(0, 0, 0, "", ("8.8.8.8", 0))]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialing_module, "connected", unreachable)
        with pytest.raises(FetchFault) as caught:
            careful.post(url, headers={}, body=b"")

    assert caught.value.message.isprintable()
    assert caught.value.message == str(caught.value)
    assert not caught.value.sent


@settings(deadline=None, max_examples=100)
@given(name=st.text(max_size=80))
def test_the_systems_own_resolver_codec_brings_out_no_other_exception(name: str) -> None:
    """A name that getaddrinfo could not even encode is a fault of the URL or of the lookup."""

    def encode(host: str, *_args: object, **_more: object) -> list[tuple[object, ...]]:
        host.encode("idna")
        raise OSError(-2, "Name or service not known")

    with pytest.raises(FetchFault):
        Client(deadline=5, resolver=encode).get(f"https://{name}.example/")
