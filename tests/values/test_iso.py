"""The codes of countries, languages and scripts are those that pycountry gives out."""

from __future__ import annotations

import pycountry
import pytest

from publisher.values import iso
from publisher.values.meant import country_meant, film_country_meant, fold, language_meant


def test_every_country_is_one_of_pycountry_s() -> None:
    """Reading its table gives what its own interface gives, and Kosovo, which ISO 3166-1 leaves to its users."""
    theirs = {entry.alpha_2: (entry.alpha_3, entry.name) for entry in pycountry.countries}
    ours = {code: (country.alpha_3, country.names) for code, country in iso.countries().items()}
    kosovo = ours.pop("XK")

    assert kosovo == ("XKX", ("Kosovo",))
    assert ours.keys() == theirs.keys()
    for code, (alpha_3, name) in theirs.items():
        assert ours[code][0] == alpha_3
        assert name in ours[code][1]


def test_every_former_country_is_one_of_pycountry_s() -> None:
    """So is every country that is no more, with the day its code was withdrawn; two of them had the same code."""
    theirs = sorted(
        (entry.alpha_2, entry.alpha_3, entry.withdrawal_date) for entry in pycountry.historic_countries
    )

    assert [(c.code, c.alpha_3, c.withdrawn) for c in sorted(iso.former_countries())] == theirs
    assert {"SU", "YU", "DD", "CS"} <= iso.former_codes()


def test_every_language_is_one_of_pycountry_s() -> None:
    """A language has the code of two letters where there is one, as BCP 47 wants it, and all its others."""
    theirs = {
        getattr(entry, "alpha_2", entry.alpha_3): {
            code
            for code in (entry.alpha_3, getattr(entry, "bibliographic", entry.alpha_3))
            if hasattr(entry, "alpha_2")
        }
        for entry in pycountry.languages
    }
    families = {entry.alpha_3 for entry in pycountry.language_families}

    assert iso.language_codes() == theirs.keys() | families
    assert {language.code: {*language.others} for language in iso.languages() if language.others} == {
        code: others for code, others in theirs.items() if others
    }


def test_short_codes_are_found_without_reading_the_whole_table() -> None:
    """The quick look at the bytes of the table finds exactly the codes of two letters."""
    assert iso.short_language_codes() == {code for code in iso.language_codes() if len(code) == 2}


def test_every_script_is_one_of_pycountry_s() -> None:
    """Scripts have codes of four letters."""
    assert iso.scripts() == {entry.alpha_4 for entry in pycountry.scripts}


@pytest.mark.parametrize("country", iso.countries().values(), ids=lambda country: country.code)
def test_every_name_of_a_country_means_it(country: iso.Country) -> None:
    """Whatever the tables call a country is understood, and so is its code of three letters."""
    for name in (*country.names, country.alpha_3):
        meant = country_meant(name)

        assert meant is country, name


@pytest.mark.parametrize("code", sorted(iso.short_language_codes()))
def test_every_name_of_a_common_language_means_it(code: str) -> None:
    """Names and longer codes are understood; a name of three letters is taken for a code."""
    (language,) = [language for language in iso.languages() if language.code == code]
    names = [language.name] if len(language.name) > 3 else []
    for name in (*names, *language.others):
        meant = language_meant(name)

        assert meant is not None
        assert meant.code == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("republic of korea", "KR"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("The Netherlands", "NL"),
        ("Holland", "NL"),
        ("Russia", "RU"),
        ("Cote d’Ivoire", "CI"),
        ("Cambdia", "KH"),
        ("Frnace", "FR"),
        ("ja", "JP"),
        ("Soviet Union", None),
        ("Atlantis", None),
        ("XX", None),
        ("", None),
    ],
)
def test_countries_are_understood_by_the_names_people_use(written: str, code: str | None) -> None:
    """Common names, old ones, those of parts, and slips; what is near nothing means nothing."""
    meant = country_meant(written)

    assert (meant and meant.code) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Soviet Union", "SU"),
        ("USSR", "SU"),
        ("Yugoslavia", "YU"),
        ("Czechoslovakia", "CS"),
        ("East Germany", "DD"),
        ("West Germany", "DE"),
        ("Zaire", "ZR"),
        ("XC", "CS"),
        ("Germany", "DE"),
        ("Georgia", "GE"),
    ],
)
def test_films_come_from_countries_that_are_no_more(written: str, code: str) -> None:
    """A name means the present country where there is one, else the one that was."""
    meant = film_country_meant(written)

    assert meant is not None
    assert meant.code == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("English", "en"),
        ("khmer", "km"),
        ("Farsi", "fa"),
        ("Greek", "el"),
        ("Cantonese", "yue"),
        ("Filipino", "fil"),
        ("cn", "zh"),
        ("jp", "ja"),
        ("iw", "he"),
        ("ger", "de"),
        ("Englsih", "en"),
        ("silent", "zxx"),
        ("Quenyaish", None),
        ("xx", None),
    ],
)
def test_languages_are_understood_by_the_names_people_use(written: str, code: str | None) -> None:
    """Names, old codes, codes of libraries and of countries, and slips in the names of well-known languages."""
    meant = language_meant(written)

    assert (meant and meant.code) == code


def test_names_are_compared_without_accents_marks_and_articles() -> None:
    """Nobody is asked for a circumflex."""
    assert fold("The Côte d’Ivoire") == fold("cote d'ivoire") == "cote divoire"
    assert fold("Bosnia & Herzegovina") == "bosnia and herzegovina"
