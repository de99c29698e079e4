"""Every rule has a case that shows its message."""

from __future__ import annotations

import re
from pathlib import Path

from publisher.diagnostics import RULES

TESTS = Path(__file__).parents[1]
# What no single file can show, and the test that does.
ELSEWHERE = {
    "body-markup": "test_what_would_take_minutes_or_all_of_the_memory_is_a_fault",
    "id-changed": "test_an_id_minted_anew_is_an_error_at_its_line",
    "slug-changed": "test_a_slug_changed_by_hand_is_an_error_at_its_line",
    "review-unpublished": "test_a_review_that_vanishes_is_a_warning_before_it_is_told",
    "review-deleted": "test_a_review_that_vanishes_is_a_warning_before_it_is_told",
    "address-changed": "test_an_address_that_changed_without_its_slug_is_a_warning",
    "file-too-large": "test_a_file_over_the_limit_is_not_looked_into",
    "service-closed": "test_a_service_that_closed_is_named_with_the_day",
    "file-unreadable": "test_what_cannot_be_read_is_reported_and_nothing_is_waited_for",
}


def test_every_code_appears_in_a_golden_file_or_a_named_test() -> None:
    """A rule without a case is one whose message nobody has read, or that nothing reports."""
    golden = "".join(
        file.read_text("utf-8")
        for file in (*TESTS.glob("*/golden/*.expected"), *TESTS.glob("posts/together/*/expected"))
    )
    tests = "".join(file.read_text("utf-8") for file in TESTS.glob("*/test_*.py"))

    assert set(re.findall(r"(?:error|warning|advice)\[([a-z-]+)\]:", golden)) | set(ELSEWHERE) == set(RULES)
    for name in ELSEWHERE.values():
        assert f"def {name}(" in tests
