"""The kinds of values that configuration and front matter share."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from publisher.diagnostics import RULES
from publisher.diagnostics.suggest import nearest
from publisher.values.characters import quote
from publisher.values.checkers import number, prose, text, whole
from publisher.values.codes import language, region
from publisher.values.urls import url, url_problem


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8400/hooks?x=1&y=2#z",
        "HTTPS://EXAMPLE.COM/",
        "https://[::1]:8400/",
        "https://127.0.0.1/",
        "https://example.com/a%20b",
        "https://example.com/@desk",
        "https://a_b.example.com/~x/'(1);v=2",
    ],
)
def test_absolute_web_addresses_are_taken_as_written(address: str) -> None:
    """Ports, literals and an @ behind the host are all fine."""
    assert url(f" {address} ") == address


def test_other_scripts_are_written_in_ascii() -> None:
    """A host becomes punycode and a path percent-encoded UTF-8, as every output needs it; `%20` stays."""
    written = "https://例え.jp:8400/映画%20?q=é#ü"

    assert url(written) == "https://xn--r8jz45g.jp:8400/%E6%98%A0%E7%94%BB%20?q=%C3%A9#%C3%BC"


@pytest.mark.parametrize("host", ["xn--a\u200b", "\u2488com", f"{'é' * 64}.example"])
def test_a_host_that_no_resolver_could_look_up_is_refused(host: str) -> None:
    """What has no form in ASCII (IDNA 2008) is a fault, not a crash."""
    assert url_problem(f"https://{host}/") is not None


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("example.com", "is not an absolute http or https address"),
        ("/path", "is not an absolute http or https address"),
        ("//example.com", "is not an absolute http or https address"),
        ("javascript:alert(1)", "is not an absolute http or https address"),
        ("java\tscript:alert(1)", "holds a tab, which no address may hold"),
        ("data:text/html,x", "is not an absolute http or https address"),
        ("file:///etc/passwd", "is not an absolute http or https address"),
        ("ftp://example.com", "is not an absolute http or https address"),
        ("mailto:a@example.com", "is not an absolute http or https address"),
        ("https://", "has no usable host name"),
        ("https:///path", "has no usable host name"),
        ("https://?x", "has no usable host name"),
        ("https://.", "has no usable host name"),
        ("https://example.com:0/", "has no usable host name"),
        ("https://example.com:99999/", "is not an address"),
        ("https://example.com:x/", "is not an address"),
        ("https://[::1/", "is not an address"),
        ("https://me@example.com/", "holds a user name or password"),
        ("https://me:pw@example.com/", "holds a user name or password"),
        ("https://exa mple.com/", "holds a space, which no address may hold"),
        ("https://example.com\\@evil.example/", "holds a backslash, which no address may hold"),
        ('https://example.com/"', "holds a quote, which no address may hold"),
        ("https://example.com/<x>", "holds U+003C (LESS-THAN SIGN), which no address may hold"),
        ("https://example.com/\u200b", "holds U+200B (ZERO WIDTH SPACE), which no address may hold"),
        ("https://example.com/\u202e", "holds U+202E (RIGHT-TO-LEFT OVERRIDE), which no address may hold"),
        ("https://example.com/\x7f", "holds U+007F (DELETE), which no address may hold"),
        ("https://example.com/" + "x" * 2029, "is 2049 characters long; an address has at most 2048"),
    ],
)
def test_other_addresses_are_refused_for_a_reason(address: str, problem: str) -> None:
    """Each is told what is wrong with it."""
    assert url_problem(address) == problem


@given(st.text(max_size=60) | st.text(max_size=30).map("https://".__add__))
def test_no_text_breaks_the_reading_of_addresses(address: str) -> None:
    """An address is taken or refused; what is taken begins with http and hides nothing."""
    if url_problem(address) is None:
        assert address.lower().startswith(("http://", "https://"))
        assert address.isprintable()
        assert " " not in address


@pytest.mark.parametrize(
    "tag", ["en", "km", "en-US", "zh-Hant", "zh-Hant-TW", "es-419", "de-1996", "de-CH-1996", "sl-rozaj"]
)
def test_language_tags_of_every_common_form_are_taken(tag: str) -> None:
    """Language, script, region and variant (RFC 5646, 2.1)."""
    assert language(tag) == tag


@pytest.mark.parametrize("tag", ["English", "en_US", "e", "en-", "en--US", "en-USA-x", "日本語", "en US"])
def test_other_languages_are_refused(tag: str) -> None:
    """Names, underscores and loose ends are no language tags."""
    with pytest.raises(PydanticCustomError, match="is not a language tag"):
        language(tag)


@pytest.mark.parametrize(("written", "code"), [("US", "US"), ("kh", "KH"), ("Gb", "GB")])
def test_countries_come_out_in_capitals(written: str, code: str) -> None:
    """ISO 3166-1 codes are compared in capitals everywhere."""
    assert region(written) == code


@pytest.mark.parametrize("written", ["UK", "uk", "USA", "U", "U1", "ÜS", "United States"])
def test_other_countries_are_refused(written: str) -> None:
    """The United Kingdom is GB; names and alpha-3 codes are not taken."""
    with pytest.raises(PydanticCustomError, match=r"is not (an ISO|a) country code"):
        region(written)


@pytest.mark.parametrize(
    ("written", "value"),
    [("4", 4), (" 3.50 ", Decimal("3.50")), (7, 7), (Decimal("0.5"), Decimal("0.5")), ("-1", -1)],
)
def test_numbers_are_decimal(written: object, value: Decimal) -> None:
    """Text, whole numbers and TOML's floats give the decimal that was written."""
    assert number(written) == value


@pytest.mark.parametrize(
    "written", ["", "four", "1e3", "nan", "inf", "1_000", "٤", "1,5", ".5", "1.", "1" * 10, Decimal("NaN")]
)
def test_other_numbers_are_refused(written: object) -> None:
    """No exponents, no words, no other digits, no commas, nothing endless."""
    with pytest.raises(PydanticCustomError, match="is not a number"):
        number(written)


@pytest.mark.parametrize("written", ["", "1.0", "one", "٤", "0x10", "1" * 10])
def test_other_whole_numbers_are_refused(written: str) -> None:
    """A whole number is digits with a sign."""
    with pytest.raises(PydanticCustomError, match="is not a whole number"):
        whole(written)


@pytest.mark.parametrize("value", [None, [], {}, True, ["x"]])
@pytest.mark.parametrize("check", [text, prose, number, whole, url, language, region])
def test_every_checker_refuses_other_shapes(check: object, value: object) -> None:
    """Lists, groups, truths and nothing are faults of a known rule, never an exception of another kind."""
    assert callable(check)
    with pytest.raises(PydanticCustomError) as caught:
        check(value)

    assert caught.value.context
    assert caught.value.context["code"] in RULES


def test_a_text_is_one_line_and_prose_keeps_its_lines() -> None:
    """White space is folded in titles and the like; prose keeps what is inside."""
    assert text(" The\n  Fog\t(1980) ") == "The Fog (1980)"
    assert prose(" one\n\n  two ") == "one\n\n  two"
    for check in (text, prose):
        with pytest.raises(PydanticCustomError, match="the text is empty"):
            check(" \n")


def test_what_is_quoted_never_fills_the_screen() -> None:
    """Sixty characters are quoted whole, more are cut."""
    assert quote("x" * 60) == '"' + "x" * 60 + '"'
    assert quote("x" * 61) == '"' + "x" * 57 + '…"'


@pytest.mark.parametrize(
    ("word", "expected"),
    [("raiting", "rating"), ("Rating", "rating"), ("rating-", "rating"), ("zzz", None), ("", None)],
)
def test_the_nearest_known_word_is_suggested_and_no_far_one(word: str, expected: str | None) -> None:
    """A slip finds its word, whatever the case; another word finds none."""
    assert nearest(word, ["title", "rating", "slug"]) == expected
