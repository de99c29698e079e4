"""The kinds of values that configuration and front matter share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from publisher.diagnostics import RULES
from publisher.diagnostics.suggest import nearest
from publisher.values.characters import quote
from publisher.values.checkers import number, prose, text, whole
from publisher.values.codes import film_country, language, region
from publisher.values.identifiers import canonical_id, fresh_id, identifier
from publisher.values.urls import url, url_problem

if TYPE_CHECKING:
    from collections.abc import Callable


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
    "tag",
    [
        "en",
        "km",
        "en-US",
        "zh-Hant",
        "zh-Hant-TW",
        "es-419",
        "de-1996",
        "de-CH-1996",
        "sl-rozaj",
        "cmn",
        "sgn",
    ],
)
def test_language_tags_of_every_common_form_are_taken(tag: str) -> None:
    """Language, script, region and variant (RFC 5646, 2.1)."""
    assert language(tag) == tag


@pytest.mark.parametrize(
    ("tag", "recommended"), [("EN", "en"), ("en-us", "en-US"), ("ZH-HANT-tw", "zh-Hant-TW")]
)
def test_language_tags_come_out_in_the_recommended_case(tag: str, recommended: str) -> None:
    """Case means nothing in a tag; one way of writing it is recommended (RFC 5646, 2.1.1)."""
    assert language(tag) == recommended


@pytest.mark.parametrize(
    ("tag", "problem", "label"),
    [
        ("English", '"English" is not a language tag', "did you mean en?"),
        ("en_US", '"en_US" is not a language tag', "did you mean en-US?"),
        ("English-US", '"English-US" is not a language tag', "did you mean en-US?"),
        ("en-USA", '"en-USA" is not a language tag', "did you mean en-US?"),
        ("en-UK", '"en-UK" names the country UK, which ISO 3166 does not know', "did you mean en-GB?"),
        ("en-QQ", '"en-QQ" names the country QQ, which ISO 3166 does not know', "such as en, en-US or km"),
        (
            "en-Latx",
            '"en-Latx" names the script Latx, which ISO 15924 does not know',
            "such as en, en-US or km",
        ),
        ("jp", "\"jp\" is a country's code, not a language's", "did you mean ja (Japanese)?"),
        ("eng", '"eng" is not a language tag', "did you mean en (English)?"),
        ("e", '"e" is not a language tag', "such as en, en-US or km"),
        ("en-", '"en-" is not a language tag', "such as en, en-US or km"),
        ("en--US", '"en--US" is not a language tag', "such as en, en-US or km"),
        ("日本語", '"日本語" is not a language tag', "such as en, en-US or km"),
    ],
)
def test_other_languages_are_refused_with_the_tag_that_is_meant(tag: str, problem: str, label: str) -> None:
    """Names, underscores, codes of countries and of libraries are no tags, but can be understood."""
    with pytest.raises(PydanticCustomError) as caught:
        language(tag)

    assert caught.value.context is not None
    assert (caught.value.context["code"], caught.value.context["message"]) == ("language-unknown", problem)
    assert caught.value.context["label"] == label


@given(st.text(max_size=12) | st.from_regex(r"[A-Za-z]{1,4}([-_][A-Za-z0-9]{1,5}){0,3}", fullmatch=True))
def test_a_tag_that_is_suggested_is_taken(tag: str) -> None:
    """Every text is a tag, or a fault whose suggestion, if it has one, is a tag."""
    try:
        taken = language(tag)
    except PydanticCustomError as error:
        label = (error.context or {})["label"] or ""
        if label.startswith("did you mean "):
            suggested = label.removeprefix("did you mean ").removesuffix("?").partition(" ")[0]
            assert language(suggested) == suggested
    else:
        assert language(taken) == taken


@pytest.mark.parametrize(("written", "code"), [("US", "US"), ("kh", "KH"), ("Gb", "GB")])
def test_countries_come_out_in_capitals(written: str, code: str) -> None:
    """ISO 3166-1 codes are compared in capitals everywhere."""
    assert region(written) == code


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("UK", "did you mean GB (United Kingdom)?"),
        ("USA", "did you mean US (United States)?"),
        ("france", "did you mean FR?"),
        ("Cambdia", "did you mean KH (Cambodia)?"),
        ("U", "two letters of ISO 3166, such as US or KH"),
        ("U1", "two letters of ISO 3166, such as US or KH"),
        ("QQ", "two letters of ISO 3166, such as US or KH"),
        ("ß", "two letters of ISO 3166, such as US or KH"),
    ],
)
@pytest.mark.parametrize("check", [region, film_country])
def test_other_countries_are_refused_with_the_code_that_is_meant(
    check: Callable[[object], str], written: str, label: str
) -> None:
    """Names and longer codes are no codes, but can be understood; \u00df in capitals is two letters and no code."""
    with pytest.raises(PydanticCustomError, match="is not a country code") as caught:
        check(written)

    assert caught.value.context is not None
    assert (caught.value.context["code"], caught.value.context["label"]) == ("country-unknown", label)


@pytest.mark.parametrize("written", ["SU", "yu", "DD", "CS"])
def test_only_films_come_from_countries_that_are_no_more(written: str) -> None:
    """An offer holds in a country of today."""
    assert film_country(written) == written.upper()
    with pytest.raises(PydanticCustomError, match="is the code of a country that is no more"):
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
@pytest.mark.parametrize("check", [text, prose, number, whole, url, language, region, film_country])
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


def test_an_id_is_taken_in_its_one_form() -> None:
    """However it is written; and what is minted is in that form."""
    assert (
        identifier("urn:uuid:{7A90AFBBCA2E43BC95A3901C62542C6B}", "a site")
        == "7a90afbb-ca2e-43bc-95a3-901c62542c6b"
    )
    minted = fresh_id()
    assert canonical_id(minted) == minted


@pytest.mark.parametrize("owner", ["a post", "a site"])
def test_what_is_no_id_is_told_whose_it_should_have_been(owner: str) -> None:
    """With a fresh one that can be pasted."""
    with pytest.raises(PydanticCustomError) as raised:
        identifier("00000000-0000-0000-0000-000000000000", owner)

    found = raised.value.context or {}
    assert found["code"] == "id-invalid"
    help_, _, offered = found["help"].rpartition(": ")
    assert f"for {owner} that" in help_
    assert identifier(offered, owner) == offered


@pytest.mark.parametrize(
    "written",
    [
        "a\u202eb",
        "a\u202eb\u202c",
        "a\u2067b",
        "\u2067a\u202c",
        "\u2067a\u202bb\u2069",
        "\u202aa\u202a\u202cb",
    ],
)
def test_a_text_that_would_turn_its_line_about_is_none(written: str) -> None:
    """Overrides, and what is never ended: they reorder what stands behind the text, too."""
    with pytest.raises(PydanticCustomError, match=r"the text holds U\+20.. .*, which shows what follows"):
        text(written)


@pytest.mark.parametrize(
    "written",
    [
        "\u2068\u05d0\u2069 a",
        "\u202b\u05d0\u202c a",
        "a\u2069b\u202c",
        "\u05d0\u200f!",
        "\u2067\u202b\u05d0\u202c\u2069",
    ],
)
def test_languages_written_from_the_right_are_texts(written: str) -> None:
    """With the marks that Unicode has for mixing them with others, each ended."""
    assert text(written) == written
