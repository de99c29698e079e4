"""Where a source may be asked: its key never travels for everybody to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.conftest import MakeSite


def sources(url: str, *allow: str) -> str:
    """Write a source's address, and the networks that are allowed."""
    return f'[watch.sources.tmdb]\nurl = "{url}"\n[network]\nallow = {list(allow)}\n'


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("https://api.example.org/3/", []),
        ("HTTPS://api.example.org/3/", []),
        ("http://127.0.0.1:8080/3/", []),
        ("http://127.1.2.3/", ["127.0.0.0/8"]),
        ("http://[::1]:8080/", []),
        ("http://localhost/", []),
        ("http://tmdb.localhost/", []),
        ("http://10.1.2.3/", ["10.1.0.0/16"]),
        ("http://[fd00::5]/", ["fd00::/8"]),
        ("http://proxy:8080/", ["172.16.0.0/12"]),
        ("http://proxy.example.org/", ["127.0.0.0/8", "192.168.1.0/24"]),
    ],
)
def test_a_key_may_travel_encrypted_or_inside(make_site: MakeSite, url: str, allow: list[str]) -> None:
    """Over https anywhere; over http on this machine, and in private networks that the site names."""
    site = make_site(more=sources(url, *allow))

    assert site.watch.sources["tmdb"].url == (url if url.endswith("/") else f"{url}/")


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("http://api.example.org/3/", []),
        ("HTTP://api.example.org/3/", []),
        ("http://api.example.org/3/", ["127.0.0.0/8"]),
        ("http://api.example.org/3/", ["0.0.0.0/0"]),
        ("http://api.example.org/3/", ["10.0.0.0/8", "0.0.0.0/0"]),
        ("http://api.example.org/3/", ["198.51.100.0/24"]),
        ("http://198.51.100.7/", ["198.51.100.0/24"]),
        ("http://10.1.2.3/", []),
        ("http://10.1.2.3/", ["10.2.0.0/16"]),
        ("http://169.254.169.254/", ["169.254.0.0/16"]),
        ("http://[2001:db8::1]/", ["::/0"]),
        ("http://localhost.example.org/", []),
        ("http://127.0.0.1.example.org/", ["127.0.0.0/8"]),
    ],
)
def test_a_key_does_not_travel_in_the_clear(make_site: MakeSite, url: str, allow: list[str]) -> None:
    """Over http to the world the site does not load: the line is named, and what to write in its place."""
    with pytest.raises(ConfigurationError) as raised:
        make_site(more=sources(url, *allow))

    (fault,) = raised.value.diagnostics
    assert fault.code == "invalid-value"
    assert fault.message == f'"{url}" begins with http, and the site\'s key would be sent there unencrypted'
    assert fault.line > 1
    assert "write https://" in str(fault.help)
    assert "[network] allow" in str(fault.help)
