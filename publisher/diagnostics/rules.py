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
    """A rule: its code never changes once released.

    Attributes:
        severity: How bad a breach is, unless the site's configuration says otherwise.
        fixed: Whether the severity cannot be changed: what breaks the rule cannot be published at all.
        summary: What the rule asks, as a statement that holds of a good file.
    """

    code: str
    severity: Severity
    fixed: bool
    summary: str


# Without these there is no review, or none that every output can carry: nobody can make less of them.
_FIXED_ERRORS = {
    # the file
    "file-unreadable": "a post can be opened and read",
    "file-too-large": "a post is at most 6 MiB, its front matter at most 256 KiB and 20,000 keys and values",
    "file-encoding": "a post is UTF-8 text",
    "file-empty": "a post has front matter and a text",
    "body-empty": "a review has a text below its front matter",
    "body-markup": "a text has at most 20,000 of < and of &, and 60,000 links and pictures",
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
    "country-unknown": "a country is one of ISO 3166",
    "language-unknown": "a language is one of ISO 639, as BCP 47 writes it",
    # beside the posts
    "offer-file": "a file of offers beside the posts has the form that `publisher attach` writes",
    # publisher.toml
    "toml-syntax": "publisher.toml follows the rules of TOML",
}

_ERRORS = {
    # the text
    "link-scheme": "a link in the text begins with http, https or mailto",
    "link-invalid": "a link in the text is an address that a reader can follow",
    "text-image-missing": "a picture in the text is a file in the site's image folder",
    "text-placeholder": "a review that is no draft has a text of its own",
    # what was announced
    "slug-changed": "the slug of an announced review stays as it is",
    "id-changed": "the id of an announced review stays as it is",
}

_WARNINGS = {
    "comment-in-value": "a # that belongs to a value stands in quotes",
    "film-year": "a film has the year it was first shown",
    "film-twice": "a film is reviewed once",
    "summary-too-long": "a summary has at most 300 characters",
    "image-alt": "an image says in words what it shows",
    "image-dimensions": "the width and height of an image can be read from its file",
    "offer-host": "an offer's link leads to the service it names",
    "offer-source": "an offer that names a source of offers names it by its key",
    "offer-kind": "what an offer names can have offers of its kind",
    "offer-expired": "an offer's last day is not over",
    "offer-checked": "an offer was looked up before now, and no longer ago than its source lets it be kept",
    "service-closed": "an offer's service still exists",
    "offer-orphan": "offers beside the posts belong to a post",
    "previous-taken": "an address that a review once had is not another's now",
    "tag-commas": "several tags are a list",
    "tag-case": "a tag is written the same way in every post",
    "link-relative": "a link in the text says by itself where it leads",
    "link-broken": "a link to another review leads to one",
    "html-removed": "the text does without elements that feeds cannot carry",
    "html-unclosed": "every element that is opened in the text is closed",
    # what was announced
    "review-unpublished": "a review that was announced stays live until it is retracted",
    "address-changed": "the address of an announced review stays as it is, or is one of its `previous`",
    "review-deleted": "the post of a review that was announced stays",
}

_ADVICE = {
    "byte-order-mark": "a file begins without a byte order mark",
    "title-markup": "a title is plain text",
    "summary-missing": "a review has a summary of its own",
    "summary-repeats": "a summary says something else than the first paragraph",
    "offer-form": "an offer's link has a form the service is known to use",
    "offer-outdated": "an offer's link has the form its service uses today",
    "offer-campaign": "an offer's link earns nobody else a commission, and follows nobody about",
    "offer-search": "an offer leads to the film, where its page at the service is known",
    "offer-region": "an offer's service is there in the offer's country, and its link leads to no other",
    "offer-kind-unusual": "an offer's service is known for offers of its kind",
    "service-shared": "a name that services share says by itself which is meant",
    "tag-rare": "a tag that only one post has is no misspelling of a common one",
    "link-unpublished": "a link to another review leads to one that is published",
    "heading-skipped": "headings skip no level",
    "html-attribute": "the elements of a text do without attributes that feeds cannot carry",
}

RULES: dict[str, Rule] = {
    code: Rule(code, severity, rules is _FIXED_ERRORS, summary)
    for severity, rules in (
        (Severity.ERROR, _FIXED_ERRORS),
        (Severity.ERROR, _ERRORS),
        (Severity.WARNING, _WARNINGS),
        (Severity.ADVICE, _ADVICE),
    )
    for code, summary in rules.items()
}
