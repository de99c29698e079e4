"""JSON Feed against version 1.1 of its specification."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.feeds.feeds_sites import NAMES, feeds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]
TOP = {
    *(
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "user_comment",
        "next_url",
        "icon",
        "favicon",
    ),
    *("author", "authors", "language", "expired", "hubs", "items"),
}
ITEM = {
    *(
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "banner_image",
    ),
    *("date_published", "date_modified", "author", "authors", "tags", "language", "attachments"),
}
# RFC 3339, section 5.6.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class Requirement(NamedTuple):
    """One rule: which part it is about, what it says, what offends against it, and how to break it on purpose."""

    part: str
    says: str
    offenders: Callable[[Json], Iterable[object]]
    broken: Callable[[Json], object]


def all_items(feed: Json, key: str) -> list[Any]:
    """List a field of all items that have it."""
    return [item[key] for item in feed["items"] if key in item]


def nested(feed: Json, key: str) -> list[Json]:
    """List the objects of a list that items may have, and the feed too."""
    return [one for holder in (feed, *feed["items"]) for one in holder.get(key, [])]


def no_text(values: Iterable[object]) -> list[object]:
    """List what is no text, or an empty one."""
    return [value for value in values if not isinstance(value, str) or not value]


def no_address(values: Iterable[Any]) -> list[object]:
    """List what is no absolute address."""
    return [v for v in values if urlsplit(v).scheme not in {"http", "https"} or not urlsplit(v).netloc]


def no_date(values: Iterable[Any]) -> list[object]:
    """List what is no date and time."""
    return [v for v in values if not DATE.fullmatch(v) or datetime.fromisoformat(v).tzinfo is None]


def empty_values(value: object) -> list[object]:
    """List everything that is there without a value: null, an empty text, list or object."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [v for v in inner if v in (None, "", [], {})] + [e for v in inner for e in empty_values(v)]


REQUIREMENTS = (
    Requirement("top", "version is the address of 1.1", lambda f: [] if f["version"] == "https://jsonfeed.org/version/1.1" else [f], lambda f: f.update(version="1.1")),
    Requirement("top", "version comes first (SHOULD)", lambda f: [] if next(iter(f)) == "version" else [f], lambda f: f.update(version=f.pop("version"))),
    Requirement("top", "title is there", lambda f: no_text([f.get("title")]), lambda f: f.pop("title")),
    Requirement("top", "items is a list", lambda f: [] if isinstance(f["items"], list) else [f], lambda f: f.update(items={})),
    Requirement("top", "home_page_url and feed_url are there, for a feed on the web", lambda f: no_address([f.get("home_page_url", ""), f.get("feed_url", "")]), lambda f: f.pop("feed_url")),
    Requirement("top", "names are the specification's, or begin with an underscore", lambda f: [k for k in f if k not in TOP and not re.match("_[A-Za-z]", k)], lambda f: f.update(offers=1)),
    Requirement("top", "author is spelt authors", lambda f: [h for h in (f, *f["items"]) if "author" in h], lambda f: f.update(author={"name": "x"})),
    Requirement("authors", "an author has a name, url or avatar", lambda f: [a for a in nested(f, "authors") if not set(a) & {"name", "url", "avatar"}], lambda f: f["items"][0].update(authors=[{"e": "x"}])),
    Requirement("authors", "an author's address is absolute", lambda f: no_address(a["url"] for a in nested(f, "authors") if "url" in a), lambda f: f["items"][0]["authors"][0].update(url="/x")),
    Requirement("items", "id is a text", lambda f: no_text(i.get("id") for i in f["items"]), lambda f: f["items"][0].update(id=1)),
    Requirement("items", "ids are unique", lambda f: [] if len(set(all_items(f, "id"))) == len(f["items"]) else [f], lambda f: f["items"].append(f["items"][0])),
    Requirement("items", "content_html or content_text is there, as a text", lambda f: no_text(i.get("content_html") or i.get("content_text") for i in f["items"]), lambda f: f["items"][0].pop("content_html")),
    Requirement("items", "names are the specification's, or begin with an underscore", lambda f: [k for i in f["items"] for k in i if k not in ITEM and not re.match("_[A-Za-z]", k)], lambda f: f["items"][0].update(rating=4)),
    Requirement("items", "addresses are absolute", lambda f: no_address(v for k in ("url", "image") for v in all_items(f, k)), lambda f: f["items"][0].update(url="/reviews/x/")),
    Requirement("items", "dates are RFC 3339", lambda f: no_date(v for k in ("date_published", "date_modified") for v in all_items(f, k)), lambda f: f["items"][0].update(date_published="2026-01-01")),
    Requirement("items", "nothing was changed before it was published", lambda f: [i["id"] for i in f["items"] if i["date_modified"] < i["date_published"]], lambda f: f["items"][0].update(date_modified="1999-01-01T00:00:00+00:00")),
    Requirement("items", "tags are plain texts", lambda f: no_text(t for i in f["items"] for t in i.get("tags", [])), lambda f: f["items"][0].update(tags=[1])),
    Requirement("items", "summary is one line of plain text", lambda f: [s for s in all_items(f, "summary") if "\n" in s] + no_text(i.get("summary") for i in f["items"]), lambda f: f["items"][0].update(summary="a\nb")),
    Requirement("items", "language is a language tag", lambda f: [x for x in [f["language"], *all_items(f, "language")] if not LANGUAGE.fullmatch(x)], lambda f: f["items"][0].update(language="en_US")),
    Requirement("attachments", "url and mime_type are there", lambda f: [a for a in nested(f, "attachments") if no_address([a.get("url", "")]) or not re.fullmatch(r"\w+/[\w.+-]+", a.get("mime_type", ""))], lambda f: nested(f, "attachments")[0].pop("mime_type")),
    Requirement("attachments", "size_in_bytes is a whole number", lambda f: [a for a in nested(f, "attachments") if not isinstance(a.get("size_in_bytes", 0), int)], lambda f: nested(f, "attachments")[0].update(size_in_bytes="9")),
    Requirement("extensions", "each is an object that says what it is about", lambda f: [v for i in f["items"] for k, v in i.items() if k.startswith("_") and not (isinstance(v, dict) and urlsplit(v.get("about", "")).scheme == "https")], lambda f: f["items"][0]["_review"].pop("about")),
    Requirement("house rule", "what is there has a value", empty_values, lambda f: f["items"][0].update(image=None)),
)  # fmt: skip
TABLE = [pytest.param(row, id=f"{row.part}: {row.says}") for row in REQUIREMENTS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("requirement", TABLE)
def test_the_feed_meets_the_requirement(requirement: Requirement, name: str) -> None:
    """Nothing in the committed, the empty or the hostile feed offends against JSON Feed 1.1."""
    found = [value for value in requirement.offenders(feeds_of(name).json) if value != [] or name != "empty"]
    assert found == []


@pytest.mark.parametrize("requirement", TABLE)
def test_the_requirement_is_really_checked(requirement: Requirement) -> None:
    """A feed broken on purpose offends against the requirement that it breaks."""
    broken = deepcopy(feeds_of("sample").json)
    requirement.broken(broken)
    assert list(requirement.offenders(broken)) != []


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_indented_utf_8_with_a_last_line_end(name: str) -> None:
    """A diff of the file shows what changed, line by line, in letters that people can read."""
    data = feeds_of(name).files["feed.json"]
    assert data == (json.dumps(json.loads(data), indent=2, ensure_ascii=False) + "\n").encode()


def test_the_fields_say_what_the_entries_say() -> None:
    """Titles, summaries and texts come through unescaped."""
    feeds = feeds_of("hostile")
    for item, entry in zip(feeds.json["items"], feeds.entries, strict=True):
        assert (item["title"], item["summary"]) == (entry.review.title, entry.summary)
        assert item["content_html"] == entry.html
