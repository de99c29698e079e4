"""`publisher new`: whatever is asked for can be read back from the file, and no file is ever replaced."""

from __future__ import annotations

import os
import re
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.desk.journal import records
from publisher.desk.new_post import NewPost, PostOutline, new_post
from publisher.diagnostics import Severity
from publisher.errors import ConfigurationError, EnvironmentFault, PublisherError, Refused, UsageError
from publisher.model import Status, Visibility, visibility
from publisher.posts import read_post, read_posts
from publisher.posts.placeholder import PLACEHOLDER
from publisher.site import FILE_NAME, Site, load_site
from publisher.values.characters import FORBIDDEN, misdirecting
from publisher.values.identifiers import canonical_id
from tests import warm_start
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite

NOW = datetime(2026, 3, 5, 15, 4, 5, tzinfo=UTC)
STRICT = '[rules]\nsummary-missing = "error"\nfilm-year = "error"\n'
ANOTHER = '[authors.hester]\nname = "Hester Pellow"\n'
UNFIT = re.compile(f"{FORBIDDEN.pattern}|[\n\r\x80-\x9f\u2028\u2029\ufeff]")
#: What hurts YAML, slugs and terminals, and what merely looks odd.
TROUBLE = [
    *"\": #\\'[]{}&*!|>%@`,?-~\t\xa0\xad\u200b\u200d\u0301\u05e9\u0645\u202e",
    *(
        "null",
        "true",
        "1917",
        "---",
        "...",
        "<<:",
        ": ",
        " #",
        "- ",
        "\u00df",
        "\u0130",
        "\ufb01",
        "\U0001f98b",
        "羅生門",
    ),
]
TEXTS = st.lists(st.sampled_from(TROUBLE) | st.characters(codec="utf-8"), max_size=40).map("".join)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site with one author and no posts yet."""
    folder = tmp_path_factory.mktemp("site")
    (folder / FILE_NAME).write_text(CONFIGURATION, encoding="utf-8")
    return load_site(folder)


def folded(written: str) -> str:
    """Fold white space as texts of one line do."""
    return " ".join(written.split())


def clock(*parts: int) -> datetime:
    """Give what a clock on a wall shows."""
    return datetime(*parts)  # type: ignore[arg-type, misc, unused-ignore]  # noqa: DTZ001 - no wall tells its zone


def attempted(site: Site, outline: PostOutline) -> NewPost | UsageError:
    """Return the post that would be made, or what is wrong with how it was asked for."""
    try:
        return new_post(site, outline, NOW, dry=True)
    except UsageError as error:
        return error


def stray(site: Site) -> list[str]:
    """List files that are neither posts nor pictures."""
    return [file.name for file in site.posts.rglob("*") if file.is_file() and file.suffix != ".md"]


@given(TEXTS)
@example("null")
@example("~")
@example("Nosferatu: a \"hundred\" years of the 'same' staircase # 1")
@example("\\ \" ' \\u0041")
@example("羅" * 300)
@example("x" * 500)
@example("x" * 501)
@example("- a: b")
@example("\u202ekarma")
@example("\u200f\u05e9\u05dc\u05d5\u05dd")
def test_any_title_is_read_back_or_refused(site: Site, title: str) -> None:
    """The title comes back as it was typed, without an error; or a usage error says why it cannot be one."""
    post = attempted(site, PostOutline(title=title))
    if isinstance(post, UsageError):
        unfit = UNFIT.search(title) or misdirecting(title) or len(folded(title)) > 500
        assert unfit or not any(char.isalnum() for char in title)
        return
    read, faults = read_post(post.data, post.file, site)

    assert read is not None
    assert {fault.code for fault in faults} <= {"summary-missing", "title-markup"}
    assert read.review.title == folded(title)
    assert read.review.slug == post.file.stem
    assert not UNFIT.search(title)
    assert visibility(read.review, NOW) is Visibility.DRAFT


@given(
    title=st.just("A review"),
    film=TEXTS.filter(lambda text: text.strip()),
    directors=st.lists(TEXTS.filter(lambda text: text.strip()), max_size=3),
    tags=st.lists(TEXTS.filter(lambda text: text.strip() and "," not in text), max_size=3),
    year=st.integers(1870, 2200),
)
def test_any_words_are_read_back_or_refused(
    site: Site, title: str, film: str, directors: list[str], tags: list[str], year: int
) -> None:
    """The film and the tags come back as they were typed, whatever they mean in YAML."""
    outline = PostOutline(
        title=title, film=film, year=str(year), directors=tuple(directors), tags=tuple(tags)
    )
    post = attempted(site, outline)
    if isinstance(post, UsageError):
        spelled = {folded(tag).casefold() for tag in tags}
        unfit = UNFIT.search("".join([film, *directors, *tags]))
        assert unfit or any(map(misdirecting, [film, *directors, *tags])) or len(spelled) < len(tags)
        return
    read, _ = read_post(post.data, post.file, site)

    assert read is not None
    assert read.review.film is not None
    assert (read.review.film.title, read.review.film.year) == (folded(film), year)
    assert read.review.film.directors == tuple(map(folded, directors))
    assert read.review.tags == tuple(map(folded, tags))


@given(st.datetimes(clock(1900, 1, 2), clock(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)))
@example(clock(1918, 3, 31, 2, 30))
@example(clock(2026, 11, 1, 1, 30))
def test_any_date_is_read_back_or_asked_about(site: Site, local: datetime) -> None:
    """The moment is the one that was meant, in the site's zone; one that is none shows both readings."""
    post = attempted(site, PostOutline(title="X", date=local.isoformat()))
    if isinstance(post, UsageError):
        assert "clocks change then" in post.message
        assert " or " in str(post.hint)
        return
    read, _ = read_post(post.data, post.file, site)

    assert read is not None
    assert read.review.date == local.replace(tzinfo=site.zone)


@pytest.mark.parametrize(
    ("date", "written"),
    [
        (None, "2026-03-05T09:04-06:00"),
        ("2026-07-01", "2026-07-01T00:00-05:00"),
        ("2026-07-01T09:00+09:00", "2026-06-30T19:00-05:00"),
        ("2026-07-01T09:00:07Z", "2026-07-01T04:00:07-05:00"),
    ],
)
def test_the_date_stands_in_the_zone_of_the_site(site: Site, date: str | None, written: str) -> None:
    """To the minute where that is exact, with the offset that holds then."""
    post = new_post(site, PostOutline(title="X", date=date), NOW, dry=True)

    assert f"\ndate: {written}  # " in post.data.decode()


def test_a_whole_outline_is_written_down(make_site: MakeSite) -> None:
    """Each value has its line; the file lies where the slug says."""
    site = make_site({}, more=ANOTHER)
    outline = PostOutline(
        title="The Wind",
        film="Vinden: en film",
        year="1928",
        directors=("Victor Sjöström",),
        authors=("hester", "desk"),
        slug="the-wind-1928",
        tags=("silent-film", "New Mexico"),
        language="EN-gb",
    )

    post = new_post(site, outline, NOW)

    (found,) = read_posts(site).require_valid().posts
    assert post.file == site.posts / "the-wind-1928.md" == found.path
    assert post.data == post.file.read_bytes()
    review = found.review
    assert review == post.review
    assert (review.title, review.slug, review.language) == ("The Wind", "the-wind-1928", "en-GB")
    assert [author.key for author in review.authors] == ["hester", "desk"]
    assert review.film is not None
    assert (review.film.title, review.film.year, review.film.directors) == (
        "Vinden: en film",
        1928,
        ("Victor Sjöström",),
    )
    assert (review.tags, review.status) == (("silent-film", "New Mexico"), Status.DRAFT)
    assert canonical_id(review.id) == review.id


def test_ids_are_minted_fresh(site: Site) -> None:
    """No two posts have one id."""
    one, two = (new_post(site, PostOutline(title="X"), NOW, dry=True) for _ in range(2))

    assert one.review.id != two.review.id


@pytest.mark.parametrize("year", [None, "1928"])
@pytest.mark.parametrize("scale", ["", "[rating]\nminimum = 1\nmaximum = 10\nstep = 1\n"])
def test_what_stands_ready_can_be_switched_on(make_site: MakeSite, year: str | None, scale: str) -> None:
    """Without their number signs, the lines that wait are front matter that is valid."""
    head, _, _ = CONFIGURATION.partition("[rating]")
    site = make_site(
        {},
        configuration=head + '[authors.desk]\nname = "The Night Desk"\n' if scale else CONFIGURATION,
        more=scale,
    )
    post = new_post(site, PostOutline(title='The "Wind": #1', year=year), NOW)

    switched_on = re.sub(r"(?m)^( *)# ", r"\1", post.data.decode())
    read, faults = read_post(switched_on.encode(), post.file, site)

    assert read is not None
    assert read.review.rating == site.scale.maximum
    assert read.review.summary
    assert read.review.film is not None
    assert read.review.film.title == 'The "Wind": #1'
    assert len(read.review.watch) == 1
    assert {fault.code for fault in faults} <= {"film-year"}


def test_a_film_is_filled_in_when_anything_is_said_of_it(site: Site) -> None:
    """Its title is the review's, unless another is given; without a word, it waits."""
    for outline, title in (
        (PostOutline(title="Karmalink"), None),
        (PostOutline(title="Karmalink", year="2021"), "Karmalink"),
        (PostOutline(title="Karmalink", directors=("Jake Wachtel",)), "Karmalink"),
        (PostOutline(title="A treasure", film="Karmalink"), "Karmalink"),
    ):
        film = new_post(site, outline, NOW, dry=True).review.film
        assert (film.title if film else None) == title


def test_a_stricter_site_gets_its_draft_all_the_same(make_site: MakeSite) -> None:
    """What the site wants filled in is not there yet: that is what the draft is for."""
    site = make_site({}, more=STRICT)

    assert new_post(site, PostOutline(title="X", film="X"), NOW).file.exists()


@pytest.mark.parametrize(
    ("outline", "message", "hint"),
    [
        (PostOutline(title=""), "TITLE: the text is empty", "say what it is called"),
        (PostOutline(title="a\nb"), "TITLE: the text holds a line break", "write it on one line"),
        (PostOutline(title="a\x1b[31m"), "TITLE: the text holds U+001B (ESCAPE), which no feed can carry", None),
        (PostOutline(title="a\udcff"), "TITLE: the text holds U+DCFF (a lone surrogate), which no feed can carry", None),
        (PostOutline(title="???"), 'no slug can be made of "???"', "--slug my-review"),
        (PostOutline(title="X", slug="A b"), '--slug: "A b" is not in lower case', "write slug: a-b"),
        (PostOutline(title="X", slug="../x"), '--slug: "../x" is not letters and digits', "write slug: x"),
        (PostOutline(title="X", year="19999"), "--year: the year 19999 lies outside", "1870 to 2200"),
        (PostOutline(title="X", film=" "), "--film: the text is empty", "or leave --film out"),
        (PostOutline(title="X", slug=""), "--slug: the text is empty", "or leave --slug out"),
        (PostOutline(title="X", directors=("",)), "--director: the text is empty", None),
        (PostOutline(title="X", language="english"), '--language: "english" is not', "did you mean en?"),
        (PostOutline(title="X", tags=("a, b",)), '--tag: "a, b" holds a comma', "--tag a --tag b"),
        (PostOutline(title="X", tags=("a", "A")), 'the tag "A" repeats "a"', None),
        (PostOutline(title="X", date="tomorrow"), '--date: "tomorrow" is not a date', "2026-03-05T09:00"),
        (PostOutline(title="X", date="9998-12-31T23:59-14:00"), "the year 9999 lies outside", None),
        (PostOutline(title="X", authors=("dsk",)), '--author: "dsk" is not an author', "did you mean desk?"),
    ],
)  # fmt: skip
def test_what_no_post_can_have_is_refused_by_the_name_of_its_option(
    site: Site, outline: PostOutline, message: str, hint: str | None
) -> None:
    """The message quotes what was given, and the hint says what to write."""
    with pytest.raises(UsageError) as raised:
        new_post(site, outline, NOW)

    assert message in raised.value.message
    assert (hint or "") in (raised.value.hint or "")
    assert not site.posts.exists()


def test_a_slug_as_macs_write_it_is_composed(site: Site) -> None:
    """A letter and its mark look like one, and become one."""
    post = new_post(site, PostOutline(title="X", slug="cafe\u0301"), NOW, dry=True)

    assert post.review.slug == "caf\u00e9"
    assert post.file.name == "caf\u00e9.md"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_draft_made_ready_without_a_text_is_an_error_at_the_placeholder(site: Site, line_end: str) -> None:
    """The last line of the file goes nowhere; in its place a text, or a draft again, and all is well."""
    post = new_post(site, PostOutline(title="X"), NOW, dry=True)
    data = post.data.replace(b"\n", line_end.encode())
    status = re.compile(rb"status: draft[^\r\n]*(?:\r?\n)")

    read, faults = read_post(status.sub(b"", data), post.file, site)

    assert read is None
    (fault,) = [fault for fault in faults if fault.severity is Severity.ERROR]
    assert (fault.code, fault.line, fault.column) == ("text-placeholder", data.count(b"\n") - 1, 1)
    assert read_post(data, post.file, site)[0] is not None
    written = data.replace(PLACEHOLDER.encode(), b"A boy hunts for a treasure.")
    assert read_post(status.sub(b"", written), post.file, site)[0] is not None


def test_of_several_authors_one_has_to_be_named(make_site: MakeSite) -> None:
    """The error lists them; a site without any is told how to get one."""
    with pytest.raises(UsageError, match="the site has 2 authors; say who writes the review") as raised:
        new_post(make_site({}, more=ANOTHER), PostOutline(title="X"), NOW)
    assert raised.value.hint == "such as --author desk; known: desk, hester"

    without = CONFIGURATION.replace('[authors.desk]\nname = "The Night Desk"', "")
    with pytest.raises(ConfigurationError, match="the site has no authors"):
        new_post(make_site({}, configuration=without), PostOutline(title="X"), NOW)


@pytest.mark.parametrize(
    "name", ["karmalink.md", "old/karmalink.md", "karmalink.markdown", "Karmalink.md", "other.md"]
)
def test_a_slug_that_another_post_has_is_refused(make_site: MakeSite, name: str) -> None:
    """Wherever it lies, and although it has faults; the hint names a slug that is free."""
    front = "slug: karmalink\n" if name == "other.md" else ""
    site = make_site({name: f"---\n{front}rating: 99\n---\n", "karmalink-2021.md": "---\n---\n"})

    with pytest.raises(Refused, match=rf'the slug "karmalink" is that of posts/{name}') as raised:
        new_post(site, PostOutline(title="Karmalink", year="2021"), NOW)

    assert raised.value.hint == "name another, such as --slug karmalink-2"
    assert len(list(site.posts.rglob("*.m*"))) == 2


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "another slug"])
def test_what_is_in_the_way_stays(make_site: MakeSite, tmp_path: Path, kind: str) -> None:
    """A folder, a link that leads out and nowhere, a pipe, a post of another slug: none is replaced or followed."""
    site = make_site({})
    file, outside = site.posts / "karmalink.md", tmp_path / "outside.md"
    match kind:
        case "folder":
            file.mkdir()
        case "link":
            file.symlink_to(outside)
        case "pipe":
            os.mkfifo(file)
        case _:
            file.write_text("---\nslug: karma\n---\n", encoding="utf-8")
    before = file.lstat()

    with pytest.raises(Refused) as raised:
        new_post(site, PostOutline(title="Karmalink"), NOW)

    assert "posts/karmalink.md" in raised.value.message
    assert raised.value.hint == "name another, such as --slug karmalink-2"
    assert file.lstat() == before
    assert not outside.exists()
    assert list(records(site)) == []


def test_long_slugs_fit_into_names_of_files(make_site: MakeSite) -> None:
    """A hundred letters of three bytes are too many for a name: the file's is cut, the slug is not."""
    site = make_site({})
    slug = "羅" * 100

    made = new_post(site, PostOutline(title="X", slug=slug), NOW)
    cut = new_post(site, PostOutline(title="生" * 100), NOW)

    assert (made.review.slug, len(made.file.name.encode())) == (slug, 243)
    assert cut.review.slug == cut.file.stem == "生" * 80
    assert len(read_posts(site).require_valid().posts) == 2


def test_the_folder_of_posts_is_made(make_site: MakeSite, tmp_path: Path) -> None:
    """A new clone has no empty folders; where a file is in the way, that is said."""
    site = make_site({}, more='[paths]\nposts = "content/reviews"\n')
    assert new_post(site, PostOutline(title="X"), NOW).file == tmp_path / "content" / "reviews" / "x.md"

    (tmp_path / "notes").write_text("", encoding="utf-8")
    site = make_site({}, more='[paths]\nposts = "notes"\n')
    with pytest.raises(EnvironmentFault, match="the folder notes cannot be made"):
        new_post(site, PostOutline(title="X"), NOW)


def test_it_can_be_undone(make_site: MakeSite) -> None:
    """The journal knows that there was no such file."""
    site = make_site({})

    post = new_post(site, PostOutline(title="X"), NOW)

    (record,) = records(site)
    (change,) = record.changes
    assert (record.command, change.file, change.before) == ("new", post.file, None)


def test_a_dry_run_writes_nothing(make_site: MakeSite, tmp_path: Path) -> None:
    """Neither a post nor a record; what stands in the way is told all the same."""
    site = make_site()
    before = sorted(tmp_path.rglob("*"))

    new_post(site, PostOutline(title="X"), NOW, dry=True)
    with pytest.raises(Refused):
        new_post(site, PostOutline(title="Karmalink"), NOW, dry=True)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_leaves_nothing_behind(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a file nor a record of one."""
    site = make_site({})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("publisher.disk.os.link", full)
    with pytest.raises(EnvironmentFault, match=r"posts/x\.md cannot be written: No space left on device"):
        new_post(site, PostOutline(title="X"), NOW)

    assert list(site.posts.iterdir()) == []
    assert list(records(site)) == []


def test_of_many_at_once_one_wins(make_site: MakeSite) -> None:
    """Each of the others is refused, and the file is the winner's."""
    site = make_site({})
    outcomes: list[NewPost | PublisherError] = []
    barrier = threading.Barrier(8)

    def attempt() -> None:
        barrier.wait()
        try:
            outcomes.append(new_post(site, PostOutline(title="X"), NOW))
        except PublisherError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (won,) = (outcome for outcome in outcomes if isinstance(outcome, NewPost))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 7
    assert won.file.read_bytes() == won.data
    assert [change.file for record in records(site) for change in record.changes] == [won.file]
    assert stray(site) == []


def test_whoever_is_killed_leaves_no_post(make_site: MakeSite) -> None:
    """Just before the file gets its name there is no post, and running again makes one."""
    site = make_site({})
    script = (
        "import os, publisher, sys\n"
        "os.link = lambda *_: os.kill(os.getpid(), 9)\n"
        "site = publisher.load_site(sys.argv[1])\n"
        "publisher.new_post(site, publisher.PostOutline(title='X'), publisher.parse_time(None, site))\n"
    )
    done = warm_start.run("-c", script, site.root)

    assert done.returncode == -9
    assert read_posts(site).checked == 0
    assert new_post(site, PostOutline(title="X"), NOW).file.exists()
    assert read_posts(site).require_valid().checked == 1
