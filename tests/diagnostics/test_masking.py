"""What messages do not repeat of files: passwords, secrets of partners, and in settings what may be a token."""

from __future__ import annotations

import pytest

from publisher.diagnostics.masking import POSTS, SETTINGS, masked_address


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://me:pw@example.com/", "https://***@example.com/"),
        ("https://me@example.com/", "https://***@example.com/"),
        ("ftp://me:p@ss:w@host/x", "ftp://***@host/x"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw until", "whsec_*** until"),
        ("https://example.com/@me", "https://example.com/@me"),
        ("https://example.com/?to=me@example.com", "https://example.com/?to=me@example.com"),
        ("write to me@example.com", "write to me@example.com"),
        ("whsec_…", "whsec_…"),
    ],
)
def test_passwords_and_secrets_are_masked_in_every_file(written: str, shown: str) -> None:
    """And nothing else is: what a post says is public."""
    assert POSTS.text(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('"https://p.example/?token=abc&x=d;k=e#f"', '"https://p.example/?token=***&x=***;k=***#f"'),
        ('"https://p.example/?abc"', '"https://p.example/?***"'),
        ('"https://p.example/?a=b=c"', '"https://p.example/?a=***"'),
        ('"p.example/a?token=abc"', '"p.example/a?token=***"'),
        ('"https://p.example/search?q={title}&key=abc"', '"https://p.example/search?q={title}&key=***"'),
        ('"What is a butterfly? A half of two"', '"What is a butterfly? A half of two"'),
        ('"https://p.example/"', '"https://p.example/"'),
    ],
)
def test_values_of_queries_are_masked_in_settings(written: str, shown: str) -> None:
    """Names stay, so that one sees which is meant; a place of a template is no token."""
    assert SETTINGS.text(written) == shown


@pytest.mark.parametrize(
    "line",
    [
        'url = "https://me:pw@p.example/?token=abc&x=d"',
        "url = 'https://p.example/whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'",
        'secret = "abc"',
        'api_key="abc"',
        "key='abc def'",
        'command = ["curl -u me:pw https://p.example/abc"]',
        'url="https://me:pw/abc@p.example"',
        'url="//me:pw@p.example/"',
        'url="https://p.example/#key=abc"',
        'url = "https://p.example/;key=abc x"',
        'name = "abcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAApw"',
        "whsec-abcAAAAAAAAAAApw='x'",
    ],
)
def test_a_line_keeps_its_length(line: str) -> None:
    """What points into it points at the same place."""
    shown = SETTINGS.line(line)

    assert len(shown) == len(line)
    assert "abc" not in shown
    assert "pw" not in shown
    assert "MfKQ" not in shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://p.example/hook?token=abc#x", "https://p.example/hook?token=***#x"),
        ("/hook?abc", "/hook?***"),
        ("https://p.example/hook", "https://p.example/hook"),
        ("https://p.example/hook?", "https://p.example/hook?"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_token(address: str, shown: str) -> None:
    """However it is written: whole, or the part that a redirect names."""
    assert masked_address(address) == shown


@pytest.mark.parametrize(
    "line",
    [
        'permalink = "/reviews/{year}/{slug}/"',
        'directory = "posts/images/a-folder-with-quite-a-long-name"',
        'id = "4c768283-9939-45ec-b325-53b5be6f9ce5"',
        'monkey = "business"',
        "limit = 9999999999999999999999999999999999999999",
        'title = "The Whole Secret of the Keys"',
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    """A frame that hid all would help nobody."""
    assert SETTINGS.line(line) == line
