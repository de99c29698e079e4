"""Every rule a file can break: its stable code, how bad that is, and what the rule asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a fault is: an error forbids to publish, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its code never changes once released."""

    code: str
    severity: Severity
    summary: str


_ERRORS = {
    # the file
    "file-unreadable": "a post can be opened and read",
    "file-too-large": "a post is at most 6 MiB, its front matter at most 256 KiB",
    "file-encoding": "a post is UTF-8 text",
    "file-empty": "a post has front matter and a text",
    "body-empty": "a review has a text below its front matter",
    "body-markup": "a text has at most 20,000 of < and of &, and no tag of more than 16,000 characters",
    "body-nesting": "quotes, lists and tags are nested at most 100 deep",
    "forbidden-character": "a text holds only characters that XML can carry",
    # the front matter as YAML
    "front-matter-missing": "a post begins with front matter between two lines of ---",
    "front-matter-unclosed": "the front matter ends with a line of ---",
    "front-matter-format": "front matter is YAML, between lines of ---",
    "front-matter-shape": "front matter is a list of `key: value` lines",
    "yaml-syntax": "front matter follows the rules of YAML",
    "yaml-feature": "front matter does without anchors, aliases and tags",
    "yaml-nesting": "front matter is nested at most 20 deep",
    "duplicate-key": "a key stands once",
    # keys and values
    "unknown-key": "only known keys are used",
    "missing-key": "required keys are there and not empty",
    "wrong-type": "a value has the shape its key asks for",
    "invalid-value": "a value is one its key can take",
    "id-invalid": "an id is a UUID",
    "slug-invalid": "a slug is lower-case letters, digits and hyphens, at most 100 of them",
    "date-invalid": "a date is written year-month-day and exists",
    "date-order": "nothing happens before the review's own date",
    "rating-invalid": "a rating is a number",
    "rating-range": "a rating lies on the site's scale",
    "rating-step": "a rating is a whole number of steps",
    "url-invalid": "an address is absolute http or https",
    "author-unknown": "an author has a table in publisher.toml",
    "service-unknown": "a service is one of the catalogue",
    "service-ambiguous": "a service's name and kind say which service is meant",
    "image-missing": "a local image is a file in the site's image folder",
    "correction-without-updated": "a correction says when it was made",
    "retraction-incomplete": "a retraction says when and why",
    "duplicate-id": "an id belongs to one post",
    "duplicate-slug": "a slug belongs to one post",
    # publisher.toml
    "toml-syntax": "publisher.toml follows the rules of TOML",
}

_WARNINGS = {
    "offer-host": "an offer's link leads to the service it names",
    "image-alt": "an image says in words what it shows",
}

_ADVICE = {
    "offer-form": "an offer's link has a form the service is known to use",
}

RULES: dict[str, Rule] = {
    code: Rule(code, severity, summary)
    for severity, rules in (
        (Severity.ERROR, _ERRORS),
        (Severity.WARNING, _WARNINGS),
        (Severity.ADVICE, _ADVICE),
    )
    for code, summary in rules.items()
}
