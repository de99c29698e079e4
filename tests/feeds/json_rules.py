"""JSON Feed: its version 1.1, by a schema of it and by the sentences that no schema can say, and the house's own rules."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.feeds.rules import Rule, faults, not_dates, not_web, pictures, repeated, unfit_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Json = dict[str, Any]
SCHEMA = json.loads(Path(__file__).with_name("json_feed.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ITEM_VALIDATOR = Draft202012Validator({**SCHEMA["$defs"]["item"], "$defs": SCHEMA["$defs"]})
SPECIMEN = Path(__file__).with_name("specimens") / "feed.json"
#: Breaks of the schema, each of which it has to refuse: where it says so, and what is done to the specimen.
BREAKS: tuple[tuple[str, Callable[[Json], object]], ...] = (
    ("version is that of 1.1", lambda f: f.update(version="https://jsonfeed.org/version/1")),
    ("version is required", lambda f: f.pop("version")),
    ("title is required", lambda f: f.pop("title")),
    ("title is a text", lambda f: f.update(title=1)),
    ("items is required", lambda f: f.pop("items")),
    ("items is a list", lambda f: f.update(items={})),
    ("home_page_url is an address", lambda f: f.update(home_page_url="/")),
    ("feed_url is an address", lambda f: f.update(feed_url="feed.json")),
    ("next_url is an address", lambda f: f.update(next_url=None)),
    ("description is a text", lambda f: f.update(description=["x"])),
    ("user_comment is a text", lambda f: f.update(user_comment=1)),
    ("icon is an address", lambda f: f.update(icon="a b")),
    ("favicon is an address", lambda f: f.update(favicon="")),
    ("language is a tag of RFC 5646", lambda f: f.update(language="en_US")),
    ("expired is true or false", lambda f: f.update(expired="no")),
    ("hubs is a list", lambda f: f.update(hubs={"type": "WebSub", "url": "https://hub.example/"})),
    ("a hub says its type", lambda f: f["hubs"][0].pop("type")),
    ("a hub says its address", lambda f: f["hubs"][0].pop("url")),
    ("a hub says no more than that", lambda f: f["hubs"][0].update(topic="x")),
    ("authors is a list", lambda f: f.update(authors={"name": "x"})),
    ("an author is an object", lambda f: f.update(authors=["x"])),
    ("an author has a name, an address or a picture", lambda f: f.update(authors=[{}])),
    ("an author's name is a text", lambda f: f["authors"][0].update(name=1)),
    ("an author's address is one", lambda f: f["authors"][0].update(url="x")),
    ("an author's picture is an address", lambda f: f["authors"][0].update(avatar="x")),
    ("an author has nothing else", lambda f: f["authors"][0].update(email="x")),
    ("no names but the specification's", lambda f: f.update(offers=1)),
    ("author is spelt authors", lambda f: f.update(author={"name": "x"})),
    ("an item is an object", lambda f: f["items"].append("x")),
    ("an item has an id", lambda f: f["items"][0].pop("id")),
    ("an id is a text", lambda f: f["items"][0].update(id=1)),
    ("an item has content", lambda f: f["items"][1].pop("content_text")),
    ("content_html is a text", lambda f: f["items"][0].update(content_html=None)),
    ("content_text is a text", lambda f: f["items"][0].update(content_text=1)),
    ("url is an address", lambda f: f["items"][0].update(url="/1/")),
    ("external_url is an address", lambda f: f["items"][0].update(external_url="/1/")),
    ("an item's title is a text", lambda f: f["items"][0].update(title=1917)),
    ("summary is a text", lambda f: f["items"][0].update(summary=None)),
    ("image is an address", lambda f: f["items"][0].update(image={"url": "https://a.example/1.png"})),
    ("banner_image is an address", lambda f: f["items"][0].update(banner_image="x y")),
    ("date_published is RFC 3339", lambda f: f["items"][0].update(date_published="2024-03-05")),
    ("date_modified is RFC 3339", lambda f: f["items"][0].update(date_modified="2024-03-05T09:00:00")),
    ("tags is a list", lambda f: f["items"][0].update(tags="a, b")),
    ("tags are texts", lambda f: f["items"][0].update(tags=[1])),
    ("an item's language is a tag", lambda f: f["items"][0].update(language="")),
    ("attachments is a list", lambda f: f["items"][0].update(attachments={})),
    ("an attachment has an address", lambda f: f["items"][0]["attachments"][0].pop("url")),
    ("an attachment has a type", lambda f: f["items"][0]["attachments"][0].pop("mime_type")),
    ("the type is a media type", lambda f: f["items"][0]["attachments"][0].update(mime_type="png")),
    ("an attachment's title is a text", lambda f: f["items"][0]["attachments"][0].update(title=1)),
    ("a size is a number", lambda f: f["items"][0]["attachments"][0].update(size_in_bytes="9")),
    ("a duration is a number", lambda f: f["items"][0]["attachments"][0].update(duration_in_seconds="1")),
    ("an attachment has nothing else", lambda f: f["items"][0]["attachments"][0].update(width=9)),
    ("an item has nothing else", lambda f: f["items"][0].update(rating=4)),
    ("an extension's name goes on with a letter", lambda f: f.update(_1={})),
    ("an extension's name has no dot", lambda f: f["items"][0].update({"_a.b": {}})),
    ("an extension is an object", lambda f: f.update(_shed=1)),
    ("its keys have no dot", lambda f: f["_shed"].update({"a.b": 1})),
    ("its keys begin with no underscore", lambda f: f["_shed"].update(_a=1)),
    ("its keys have no dot, however deep", lambda f: f["_shed"]["parts"][0]["a"].update({"c.d": 1})),
    ("about is an address", lambda f: f["_shed"].update(about="see there")),
)


def values(feed: Json, *keys: str) -> list[Any]:
    """List what items have under some keys."""
    return [item[key] for item in feed["items"] for key in keys if key in item]


def nested(feed: Json, key: str) -> list[Json]:
    """List the objects of a list that items may have, and the feed too."""
    return [one for holder in (feed, *feed["items"]) for one in holder.get(key, [])]


def empty_values(value: object) -> Iterator[object]:
    """Yield everything that is there without a value: null, an empty text, list or object."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        if one in (None, "", [], {}):
            yield one
        yield from empty_values(one)


def addresses(feed: Json) -> list[Any]:
    """List every address, apart from the hubs'."""
    top = [feed[key] for key in ("home_page_url", "feed_url", "next_url", "icon", "favicon") if key in feed]
    return [
        *top,
        *values(feed, "url", "external_url", "image", "banner_image"),
        *(one["url"] for one in nested(feed, "attachments")),
    ]


def extensions(feed: Json) -> Iterator[Json]:
    """Yield the extensions of the feed and of its items."""
    for holder in (feed, *feed["items"]):
        yield from (value for key, value in holder.items() if key.startswith("_"))


def by_schema(feed: Json) -> list[str]:
    """List what the schema refuses; an item that stands in many feeds is looked at once."""
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return [f"{error.json_path}: {error.message[:120]}" for error in VALIDATOR.iter_errors(feed)]
    found = [f"{e.json_path}: {e.message[:120]}" for e in VALIDATOR.iter_errors({**feed, "items": []})]
    return [*found, *(f"$.items{fault}" for item in items for fault in _by_schema(json.dumps(item)))]


@lru_cache(maxsize=4096)
def _by_schema(item: str) -> tuple[str, ...]:
    return tuple(f"{e.json_path}: {e.message[:120]}" for e in ITEM_VALIDATOR.iter_errors(json.loads(item)))


def rule(
    where: str, says: str, offenders: Callable[[Json], Iterable[object]], broken: Callable[[Json], object]
) -> Rule:
    """Make a rule; the function breaks it."""
    return Rule(where, says, offenders, broken)


RULES = (
    # The first, because all others look only at what has the shape of a feed.
    rule("JSON Feed 1.1", "the schema accepts the feed", by_schema, lambda f: f.update(items=1)),
    rule("JSON Feed 1.1, top-level", "version comes first (SHOULD)", lambda f: list(f)[:1] if next(iter(f)) != "version" else [], lambda f: f.update(version=f.pop("version"))),
    rule("JSON Feed 1.1, top-level", "a feed on the web says home_page_url and feed_url", lambda f: [k for k in ("home_page_url", "feed_url") if k not in f], lambda f: f.pop("feed_url")),
    rule("JSON Feed 1.1, top-level", "next_url is another address than feed_url", lambda f: [f["next_url"]] if f.get("next_url") == f.get("feed_url") and "next_url" in f else [], lambda f: f.update(next_url=f["feed_url"])),
    rule("JSON Feed 1.1, items", "an id is that of one item", lambda f: repeated(values(f, "id")), lambda f: f["items"].append(f["items"][0])),
    rule("JSON Feed 1.1, items", "dates are days of the calendar", lambda f: not_dates(values(f, "date_published", "date_modified")), lambda f: f["items"][0].update(date_published="2024-02-30T09:00:00Z")),
    rule("JSON Feed 1.1, items", "content_html can stand within a page", lambda f: unfit_html(values(f, "content_html")), lambda f: f["items"][0].update(content_html="<script>1</script>")),
    rule("JSON Feed 1.1, attachments", "attachments of one title are the same thing in several formats", lambda f: [t for i in f["items"] for t in repeated((a.get("title"), a["mime_type"]) for a in i.get("attachments", []) if "title" in a)], lambda f: f["items"][0]["attachments"].append(f["items"][0]["attachments"][0])),
    rule("JSON Feed 1.1, extensions", "an extension says once in a feed what it is about", lambda f: [k for k in {k for h in (f, *f["items"]) for k in h if k.startswith("_")} if not any("about" in h.get(k, {}) for h in (f, *f["items"]))], lambda f: f["_shed"].pop("about")),
)  # fmt: skip

#: What this project asks of its own feeds beyond that; broken in the sample's feed.
HOUSE = (
    rule("house", "addresses are of the web", lambda f: not_web(addresses(f)), lambda f: f["items"][0].update(url="urn:x")),
    rule("house", "an id is a UUID in small letters", lambda f: [i for i in values(f, "id") if not re.fullmatch("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", i)], lambda f: f["items"][0].update(id="1")),
    rule("house", "an item says all that readers show", lambda f: [i["id"] for i in f["items"] if {"url", "title", "summary", "date_published", "date_modified", "authors", "language"} - i.keys()], lambda f: f["items"][0].pop("language")),
    rule("house", "the feed says its language and authors", lambda f: [k for k in ("language", "authors", "description") if not f.get(k)], lambda f: f.pop("language")),
    rule("house", "nothing was changed before it was published", lambda f: [i["id"] for i in f["items"] if i["date_modified"] < i["date_published"]], lambda f: f["items"][0].update(date_modified="1999-01-01T00:00:00+00:00")),
    rule("house", "a summary is one line", lambda f: [s for s in values(f, "summary") if s != " ".join(s.split())], lambda f: f["items"][0].update(summary="a\nb")),
    rule("house", "an item has at most one attachment, shown in the content", lambda f: [a["url"] for i in f["items"] for at, a in enumerate(i.get("attachments", [])) if at or ("content_html" in i and a["url"] not in pictures(i["content_html"]))], lambda f: f["items"][0].update(attachments=[{"url": "https://a.example/1.png", "mime_type": "image/png"}])),
    rule("house", "what is attached is the item's image", lambda f: [a["url"] for i in f["items"] for a in i.get("attachments", []) if a["url"] != i.get("image")], lambda f: f["items"][0].update(attachments=[{"url": "https://a.example/1.png", "mime_type": "image/png"}])),
    rule("house", "every extension says what it is about", lambda f: [e for e in extensions(f) if not str(e.get("about", "")).startswith("https://")], lambda f: f["items"][0]["_review"].pop("about")),
    rule("house", "what is there has a value", lambda f: list(empty_values({k: v for k, v in f.items() if k != "items" or v})), lambda f: f["items"][0].update(tags=[])),
)  # fmt: skip


@lru_cache(maxsize=512)
def json_faults(data: bytes) -> tuple[str, ...]:
    """Name everything that a document which we wrote offends against."""
    try:
        feed = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
    except ValueError as error:
        return (f"RFC 8259: {error}",)
    if broken := by_schema(feed):
        return tuple(f"JSON Feed 1.1: {fault}" for fault in broken)
    return tuple(faults((*RULES[1:], *HOUSE), feed))


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    """Make an object (RFC 8259, section 4: names should be unique).

    Raises:
        ValueError: A name comes twice.
    """
    if again := repeated(key for key, _ in pairs):
        raise ValueError(f"the names {again} come twice in an object")
    return dict(pairs)
