"""The page of a post: whatever state it is in, whatever is wrong with it, and as it was saved last."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import html as parser

from publisher.diagnostics import render
from publisher.posts import read_posts
from tests.conftest import CONFIGURATION
from tests.serve.visiting import NOW, identity, post, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

    from publisher.site import Site
    from tests.serve.visiting import Answer, Visitor

FAULTY = post(20, "Broken", "rating: 9\ndate: 2024-05-01T09:00").replace("author: desk", "author: nobody")


def page(answer: Answer) -> HtmlElement:
    """Parse a page, which has to be one."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>\n")
    return parser.document_fromstring(answer.text)


def words(element: HtmlElement) -> str:
    """Return what a page says."""
    return " ".join(element.text_content().split())


def banner(answer: Answer) -> str:
    """Return what stands in a page's banner; nothing where there is none."""
    return " ".join(map(words, page(answer).find_class("banner")))


def test_a_live_review_is_shown_as_it_is(standing: Visitor) -> None:
    """Its title and text, the feeds for whoever subscribes by the page's address, and no banner."""
    answer = standing.ask("/reviews/live/")
    found = page(answer)

    assert answer.status == 200
    assert found.findtext(".//h1") == "Alive"
    assert "A short text." in words(found.find(".//article"))
    assert banner(answer) == ""
    assert [link.get("href") for link in found.findall(".//link[@rel='alternate']")] == [
        "/feeds/rss.xml",
        "/feeds/atom.xml",
        "/feeds/feed.json",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "/reviews/draft/",
            "Draft. It stays at home, whatever its date, until status: draft is taken out of the file.",
        ),
        (
            "/reviews/later/",
            "Scheduled. It goes out with the first publisher publish after 2026-12-24 18:00 CST; this is how it will look then.",
        ),
    ],
)
def test_what_is_not_public_is_marked_so(standing: Visitor, path: str, said: str) -> None:
    """A banner says it, no search engine may list it, and no cache may keep it."""
    answer = standing.ask(path)

    assert (answer.status, banner(answer)) == (200, said)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert page(answer).find(".//meta[@name='robots']").get("content") == "noindex"


def test_a_scheduled_review_goes_live_by_itself(site: Site) -> None:
    """State is a matter of the moment at which somebody asks."""
    with serving(site, now=NOW + timedelta(days=60)) as visitor:
        assert banner(visitor.ask("/reviews/later/")) == ""


def test_a_scheduled_review_is_shown_as_it_will_be(make_site: Callable[..., Site]) -> None:
    """What will have ended by then is not shown, though it holds today."""
    offers = "film:\n  title: A\nwatch:\n  - service: Netflix\n    kind: subscription\n    until: 2026-12-01\n  - service: Vudu\n    kind: rent"
    site = make_site({"a.md": post(1, "A", f"date: 2026-12-24T18:00\n{offers}")})
    with serving(site) as visitor:
        article = words(page(visitor.ask("/reviews/a/")).find(".//article"))

    assert "Fandango at Home" in article
    assert "Netflix" not in article


def test_an_update_that_is_yet_to_come_is_not_shown_yet(make_site: Callable[..., Site]) -> None:
    """The page of a live review is what its feed says now."""
    site = make_site({"a.md": post(1, "A", "updated: 2026-12-01T09:00\ncorrection: It was 1922.")})
    with serving(site) as visitor:
        before = visitor.ask("/reviews/a/").text
    with serving(site, now=NOW + timedelta(days=30)) as visitor:
        after = visitor.ask("/reviews/a/").text

    assert "It was 1922." not in before
    assert "It was 1922." in after


def test_every_page_says_that_it_is_a_preview(standing: Visitor) -> None:
    """Nobody takes this for the public site."""
    for path in ("/", "/reviews/live/", "/reviews/draft/", "/reviews/gone/", "/nothing/"):
        assert "a preview by publisher serve, not the public site" in words(page(standing.ask(path)))


def test_every_page_forbids_what_it_does_not_need(standing: Visitor) -> None:
    """No script, no form, no frame, no cookie; the page's own style is the only one."""
    for path in ("/", "/reviews/live/", "/reviews/draft/", "/reviews/gone/", "/nothing/"):
        answer = standing.ask(path)
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", policy["style-src"])
        assert "script-src" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
        assert not page(answer).findall(".//script")


def test_hostile_texts_stay_texts(make_site: Callable[..., Site]) -> None:
    """What a post, its file's name or the site says is shown and not obeyed."""
    evil = "<script>alert(1)</script><img src=https://cdn.example/x onerror=alert(1)>"
    more = f"tags: ['{evil}']\nsummary: '{evil}'"
    text = f"{evil}\n\n<style>*{{}}</style><iframe src=//x></iframe><form action=//x><input></form>[x](javascript:alert(1))"
    site = make_site(
        {
            "a.md": post(1, f"'{evil} \"&amp;'", more, text),
            "<b>.md": "no front matter",
            "\x1b[2J.md": "either",
        },
        configuration=CONFIGURATION.replace("The Pinned Wing", evil.replace("'", "")).replace(
            "The Night Desk", "<script>1</script>"
        ),
        more='[rules]\nlink-scheme = "off"\nhtml-removed = "off"\n',
    )
    with serving(site) as visitor:
        for path in (
            "/reviews/a/",
            "/",
            "/-/posts/%3Cb%3E.md",
            "/<script>alert(1)</script>".replace(" ", "%20"),
        ):
            answer = visitor.ask(path)
            found = page(answer)
            assert not found.xpath(
                "//script | //iframe | //form | //b | //@onerror | //@style | //*[starts-with(@href, 'javascript:')]"
            )
            assert "\x1b" not in answer.text
        assert words(page(visitor.ask("/reviews/a/")).find(".//h1")) == f'{evil} "&amp;'
        assert words(page(visitor.ask("/-/posts/%3Cb%3E.md")).find(".//h1")) == "posts/<b>.md has faults"


def test_links_to_the_site_lead_to_the_preview(make_site: Callable[..., Site]) -> None:
    """Addresses of the site become paths; addresses elsewhere, and words that only look like one, stay."""
    text = """\
[one](https://reviews.example/reviews/b/?a=1&b=2#c) [two](../b/) [home](https://reviews.example) [feed](/feeds/rss.xml)
[out](https://elsewhere.example/?u=https://reviews.example/) [near](https://reviews.example.evil.example/)
[other](https://reviews.example:8443/) [plain](http://reviews.example/) <https://reviews.example/x//y>
[twice](https://reviews.example//evil.example/)

`<a href="https://reviews.example/code/">` and href="https://reviews.example/words/"

<img src="/images/a.png" srcset="https://reviews.example/images/a.png 1x, https://cdn.example/b.png 2x" alt="x">
<video src="https://reviews.example/v.mp4" poster="https://reviews.example/images/p.png"></video>
<blockquote cite="https://reviews.example/said/">q</blockquote>
"""
    site = make_site({"a.md": post(1, "A", text=text), "b.md": post(2, "B")})
    with serving(site) as visitor:
        answer = visitor.ask("/reviews/a/")
    article = page(answer).find(".//article")

    assert {link.text: link.get("href") for link in article.iter("a")} == {
        "one": "/reviews/b/?a=1&b=2#c",
        "two": "/reviews/b/",
        "home": "/",
        "feed": "/feeds/rss.xml",
        "out": "https://elsewhere.example/?u=https://reviews.example/",
        "near": "https://reviews.example.evil.example/",
        "other": "https://reviews.example:8443/",
        "plain": "http://reviews.example/",
        "https://reviews.example/x//y": "/x//y",
        "twice": "/evil.example/",
    }
    assert article.find(".//img").get("srcset") == "/images/a.png 1x, https://cdn.example/b.png 2x"
    assert article.find(".//img").get("src") == "/images/a.png"
    assert (article.find(".//video").get("src"), article.find(".//video").get("poster")) == (
        "/v.mp4",
        "/images/p.png",
    )
    assert article.find(".//blockquote").get("cite") == "/said/"
    assert '<a href="https://reviews.example/code/">' in article.text_content()
    assert 'href="https://reviews.example/words/"' in article.text_content()


def test_the_bytes_of_feeds_are_never_changed(standing: Visitor) -> None:
    """A reader that is tried on the preview sees what the public will."""
    for name in ("rss.xml", "index.html"):
        body = standing.ask(f"/feeds/{name}").body
        assert body == (standing.site.feeds / name).read_bytes()
        assert b"https://reviews.example/" in body


def test_the_list_has_every_post_with_its_state(site: Site, visitor: Visitor) -> None:
    """What wants mending comes first, then what is not out; each leads to its page."""
    (site.posts / "faulty.md").write_text(FAULTY, encoding="utf-8")
    (site.posts / "chaos.md").write_bytes(b"\xff\xfe no post")

    rows = page(visitor.ask("/")).findall(".//tbody/tr")
    found = [(row[0].text, row[1].find("a").text, row[1].find("a").get("href")) for row in rows]

    assert found == [
        ("faulty", "posts/chaos.md", "/-/posts/chaos.md"),
        ("faulty", "posts/faulty.md", "/reviews/faulty/"),
        ("draft", "Unfinished", "/reviews/draft/"),
        ("scheduled", "Tomorrow", "/reviews/later/"),
        ("live", "Another", "/reviews/other/"),
        ("live", "Alive", "/reviews/live/"),
        ("retracted", "Taken", "/reviews/gone/"),
    ]
    assert [visitor.ask(path).status for *_, path in found] == [200, 200, 200, 200, 200, 200, 410]


def test_the_list_has_every_feed_that_is_there(standing: Visitor) -> None:
    """Each leads to a file that is there, and the page to subscribe from is named."""
    links = [link.get("href") for link in page(standing.ask("/")).findall(".//a")]
    feeds = [link for link in links if link.startswith("/feeds/")]

    assert {"/feeds/index.html", "/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json"} <= set(feeds)
    assert {standing.ask(feed).status for feed in feeds} == {200}


def test_faults_are_shown_in_the_words_of_validate(site: Site, visitor: Visitor) -> None:
    """The very text that `publisher validate` prints; the other posts go on working."""
    (site.posts / "faulty.md").write_text(FAULTY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "validate", "posts/faulty.md", "--format", "full"],
        cwd=site.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    answer = visitor.ask("/reviews/faulty/")

    printed = done.stdout.partition("\nvalidated")[0]
    shown = page(answer).findtext(".//pre")
    assert done.returncode == 1
    assert shown.replace("\n\n", "\n") == printed
    assert "error[author-unknown]" in shown
    assert "error[rating-range]" in shown
    assert answer.headers["cache-control"] == "no-store"
    assert visitor.ask("/reviews/live/").status == 200
    assert visitor.ask("/old/alive/").status == 308


def test_warnings_of_a_post_stand_below_it(make_site: Callable[..., Site]) -> None:
    """A post that could be better is shown, and what `validate` says of it with it."""
    site = make_site({"a.md": post(1, "A", text="#### Skipped\n\nText.")})
    expected = "\n\n".join(render.full(fault) for fault in read_posts(site, now=NOW).diagnostics)
    with serving(site) as visitor:
        details = page(visitor.ask("/reviews/a/")).find(".//details")

    assert "heading-skipped" in expected
    assert details.findtext("pre") == expected


def test_two_posts_that_claim_one_address_are_both_told(make_site: Callable[..., Site]) -> None:
    """Neither is shown as if the other were not there."""
    site = make_site(
        {"a.md": post(1, "One", "slug: same"), "b.md": post(2, "Two", "slug: same"), "c.md": post(3, "Three")}
    )
    with serving(site) as visitor:
        answer = visitor.ask("/reviews/same/")
        other = visitor.ask("/reviews/c/")

    assert page(answer).findtext(".//h1") == "posts/a.md and posts/b.md have faults"
    assert answer.text.count("error[duplicate-slug]") == 2
    assert other.status == 200


@pytest.mark.parametrize(
    ("permalink", "text", "path"),
    [
        ("/reviews/{slug}/", "---\ntitle: [\n---\n\nText.\n", "/-/posts/x.md"),
        ("/reviews/{slug}/", "---\ntitle: A\nslug: ../../secret\n---\n\nText.\n", "/-/posts/x.md"),
        ("/reviews/{slug}/", "---\ntitle: A\nslug: hello\n---\n\nText.\n", "/reviews/hello/"),
        ("/{year}/{slug}/", FAULTY, "/2024/x/"),
        ("/{year}/{slug}/", "---\ntitle: A\ndate: whenever\n---\n\nText.\n", "/-/posts/x.md"),
        ("/r/{id}/", FAULTY, f"/r/{identity(20)}/"),
        ("/r/{id}/", "---\ntitle: A\ndate: whenever\n---\n\nText.\n", "/-/posts/x.md"),
        ("/reviews/{slug}/", "", "/-/posts/x.md"),
    ],
)
def test_a_faulty_post_is_found_where_it_would_be(
    make_site: Callable[..., Site], permalink: str, text: str, path: str
) -> None:
    """Under its own path where that can be told, else under its file's name; the list leads there."""
    configuration = CONFIGURATION.replace("[site]\n", f'[site]\npermalink = "{permalink}"\n')
    site = make_site({"x.md": text}, configuration=configuration)
    with serving(site) as visitor:
        answer = visitor.ask(path)
        links = [link.get("href") for link in page(visitor.ask("/")).findall(".//tbody//a")]

    assert answer.status == 200
    assert page(answer).findtext(".//h1") == "posts/x.md has faults"
    assert links == [path]


def test_a_page_that_is_not_found_names_posts_that_cannot_be_read(site: Site, visitor: Visitor) -> None:
    """One of them may be what was looked for; posts whose address is known, and posts without faults, are not."""
    assert "Is it one of these?" not in visitor.ask("/reviews/broken/").text
    (site.posts / "broken.md").write_text("---\ntitle: [\n---\n\nText.\n", encoding="utf-8")
    (site.posts / "<b>.md").write_text("", encoding="utf-8")
    (site.posts / "faulty.md").write_text(FAULTY, encoding="utf-8")

    answer = visitor.ask("/reviews/broken/")
    links = page(answer).findall(".//main//a")

    assert answer.status == 404
    assert "No post that can be read has this address" in answer.text
    assert {link.text: link.get("href") for link in links} == {
        "posts/broken.md": "/-/posts/broken.md",
        "posts/<b>.md": "/-/posts/%3Cb%3E.md",
    }
    assert all("has faults" in visitor.ask(link.get("href") or "").text for link in links)


def test_what_is_saved_is_seen_at_once(site: Site, visitor: Visitor) -> None:
    """Each of a hundred quick changes, though size and time of the file may stay the same."""
    file = site.posts / "live.md"
    for number in range(100):
        file.write_text(post(1, f"Title {number:03}"), encoding="utf-8")

        assert page(visitor.ask("/reviews/live/")).findtext(".//h1") == f"Title {number:03}"


def test_posts_may_come_and_go(site: Site, visitor: Visitor) -> None:
    """A file that is new, renamed, broken, mended or deleted is seen as it is."""
    assert visitor.ask("/reviews/new/").status == 404
    (site.posts / "sub").mkdir()
    file = site.posts / "sub" / "new.md"
    file.write_text(post(9, "New"), encoding="utf-8")
    assert visitor.ask("/reviews/new/").status == 200
    file.write_text(post(9, "New", "rating: 99"), encoding="utf-8")
    assert "has faults" in visitor.ask("/reviews/new/").text
    file.write_text(post(9, "New", "rating: 3"), encoding="utf-8")
    assert "has faults" not in visitor.ask("/reviews/new/").text
    file.rename(site.posts / "renamed.md")
    assert [visitor.ask(f"/reviews/{slug}/").status for slug in ("new", "renamed")] == [404, 200]
    (site.posts / "renamed.md").unlink()
    assert visitor.ask("/reviews/renamed/").status == 404


def test_a_picture_that_comes_mends_the_post_that_wanted_it(make_site: Callable[..., Site]) -> None:
    """Pictures are part of what is looked at again."""
    site = make_site({"a.md": post(1, "A", "image:\n  src: images/a.png\n  alt: A picture.")})
    with serving(site) as visitor:
        assert "image-missing" in visitor.ask("/reviews/a/").text
        (site.posts / "images").mkdir()
        (site.posts / "images" / "a.png").write_bytes(b"\x89PNG")
        shown = page(visitor.ask("/reviews/a/")).find(".//article//img").get("src")
        assert visitor.ask(shown).body == b"\x89PNG"


def test_changes_of_the_configuration_are_seen(site: Site, visitor: Visitor) -> None:
    """The site is what publisher.toml says now; its faults are shown, and the feeds go on as they were."""
    file = site.root / "publisher.toml"
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace("The Night Desk", "Somebody Else"), encoding="utf-8")
    assert "Somebody Else" in visitor.ask("/reviews/live/").text

    file.write_text(sound.replace('language = "en"', 'language = "en'), encoding="utf-8")
    broken = visitor.ask("/reviews/live/")
    assert (broken.status, broken.headers["cache-control"]) == (503, "no-store")
    assert "error[toml-syntax]" in page(broken).findtext(".//pre")
    assert visitor.ask("/feeds/rss.xml").status == 200

    file.write_text(sound, encoding="utf-8")
    assert visitor.ask("/reviews/live/").status == 200


def test_without_posts_or_feeds_it_says_what_to_do(make_site: Callable[..., Site]) -> None:
    """A site that has nothing yet can be served all the same."""
    site = make_site({})
    with serving(site) as visitor:
        assert "run publisher generate" in words(page(visitor.ask("/")))
        assert "run `publisher generate`" in words(page(visitor.ask("/feeds/rss.xml")))
        site.posts.rmdir()
        gone = visitor.ask("/")
    assert gone.status == 503
    assert "there is no folder posts for posts" in words(page(gone))


def test_a_review_can_be_seen_before_anything_is_generated(make_site: Callable[..., Site]) -> None:
    """Previews need no feeds."""
    with serving(make_site()) as visitor:
        assert page(visitor.ask("/reviews/karmalink/")).findtext(".//h1") == "Karmalink"


def test_a_post_that_is_a_trap_stops_nobody(make_site: Callable[..., Site]) -> None:
    """Folders, pipes, links that lead nowhere and names of any kind in the folder of posts."""
    site = make_site({"good.md": post(1, "Good")})
    os.mkfifo(site.posts / "pipe.md")
    (site.posts / "folder.md").mkdir()
    (site.posts / "nowhere.md").symlink_to("nothing.md")
    (site.posts / "outside.md").symlink_to(site.root / "publisher.toml")
    with open(os.fsencode(site.posts) + b"/\xff\xfe.md", "wb") as stream:  # noqa: PTH123 - a name that is not UTF-8
        stream.write(b"nothing")
    with serving(site) as visitor:
        rows = page(visitor.ask("/")).findall(".//tbody//a")
        answers = [visitor.ask(row.get("href")) for row in rows]
        assert visitor.ask("/reviews/good/").status == 200
    assert {answer.status for answer in answers} == {200}
    assert not any("base_url" in answer.text for answer in answers)
    assert len(rows) == 5
