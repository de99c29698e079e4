"""Faults are gathered with positions that exist, and a flood of them is cut short."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.diagnostics import RULES, Report, Severity, Source, Span, has_errors, in_reading_order
from publisher.diagnostics.diagnostic import LIMIT_PER_RULE


@given(st.text(alphabet=st.sampled_from("ab\r\n🦋"), max_size=30), st.data())
def test_every_fault_lies_on_a_line_that_is_there(text: str, data: st.DataObject) -> None:
    """Line, column and width never lead out of the excerpt, wherever a span lies."""
    report = Report(Source("x.md", text))
    start = data.draw(st.integers(0, len(text)))
    report.add("rating-range", Span(start, data.draw(st.integers(start, len(text)))), "too high")
    (fault,) = report.diagnostics

    assert fault.excerpt is not None
    assert fault.excerpt == Source("x.md", text).line(fault.line)
    assert 1 <= fault.column <= len(fault.excerpt) + 1
    assert fault.width == 1 or fault.column + fault.width <= len(fault.excerpt) + 1


def test_a_fault_of_the_whole_file_has_no_excerpt() -> None:
    """Where no place is meant, none is shown."""
    report = Report(Source("x.md", "text"))
    report.add("file-empty", None, "the file is empty", help="fill it")
    (fault,) = report.diagnostics

    assert (fault.line, fault.column, fault.excerpt, fault.help) == (1, 1, None, "fill it")


def test_a_flood_of_one_kind_is_cut_and_says_so() -> None:
    """After the first hundred of a kind one note remains; other kinds are not touched."""
    report = Report(Source("x.md", "text"))
    for _ in range(LIMIT_PER_RULE + 500):
        report.add("forbidden-character", Span.at(0), "U+0001 stands here", label="here")
    report.add("rating-range", Span.at(1), "rating is 9")

    kinds = [fault.code for fault in report.diagnostics]
    assert kinds == ["forbidden-character"] * (LIMIT_PER_RULE + 1) + ["rating-range"]
    assert report.full("forbidden-character")
    assert not report.full("rating-range")
    assert "more than 100 faults of this kind" in report.diagnostics[LIMIT_PER_RULE].message


def test_a_fault_is_as_bad_as_its_rule() -> None:
    """Severity comes from the rule; only errors forbid to publish."""
    report = Report(Source("x.md", "text"))
    report.add("image-alt", Span.at(0), "no alt")
    report.add("offer-form", Span.at(0), "odd form")

    assert [fault.severity for fault in report.diagnostics] == [Severity.WARNING, Severity.ADVICE]
    assert not has_errors(report.diagnostics)
    report.add("id-invalid", Span.at(0), "no id")
    assert has_errors(report.diagnostics)


def test_faults_are_read_file_by_file_from_top_to_bottom() -> None:
    """Reading order is by file, line and column."""
    found = []
    for path in ("b.md", "a.md"):
        report = Report(Source(path, "one\ntwo"))
        for offset in (5, 4, 0):
            report.add("rating-range", Span.at(offset), "too high")
        found += report.diagnostics

    assert [(fault.path, fault.line, fault.column) for fault in in_reading_order(found)] == [
        (path, line, column) for path in ("a.md", "b.md") for line, column in ((1, 1), (2, 1), (2, 2))
    ]


def test_every_rule_says_what_it_asks_in_one_line() -> None:
    """Codes are stable names in kebab case; summaries are lower case without a full stop."""
    for code, rule in RULES.items():
        assert rule.code == code == code.lower().replace("_", "-")
        assert rule.summary
        assert not rule.summary.endswith(".")
        assert "\n" not in rule.summary


def test_a_site_judges_rules_in_its_own_way() -> None:
    """A rule can weigh more or less than it does by itself, or not be heard of at all."""
    severities = {"image-alt": Severity.ERROR, "link-scheme": Severity.ADVICE, "offer-form": None}
    report = Report(Source("x.md", "text"), severities)
    for code in ("image-alt", "link-scheme", "offer-form", "film-year"):
        report.add(code, Span.at(0), "a fault")

    assert [(fault.code, fault.severity) for fault in report.diagnostics] == [
        ("image-alt", Severity.ERROR),
        ("link-scheme", Severity.ADVICE),
        ("film-year", Severity.WARNING),
    ]


def test_only_errors_can_be_beyond_a_sites_judgement() -> None:
    """What is merely a warning or advice can always be changed."""
    assert {rule.severity for rule in RULES.values() if rule.fixed} == {Severity.ERROR}
    assert {rule.severity for rule in RULES.values() if not rule.fixed} == set(Severity)
