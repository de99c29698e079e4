"""`publisher attach` against a source on this machine: what it shows, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import publisher
from publisher.watch.memory import choose_film
from tests import warm_start
from tests.cli.terminals import on_a_terminal
from tests.conftest import CONFIGURATION, POST
from tests.watch.sources.tmdb_server import TOKEN, Tmdb, movie, provider, say, saying, tmdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.site import Site
    from tests.conftest import MakeSite, Run
    from tests.net.net_servers import Conversation

NOW = ("--now", "2026-11-22T12:00Z")
ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"
NETFLIX, SHUDDER, HULU = provider(8, "Netflix"), provider(99, "Shudder"), provider(15, "Hulu")
# "Now" is a week ago: of an old review it says nothing about today.
SENTENCE = POST.replace("2022-07-15", "2026-11-15").replace(
    "A boy hunts", "Karmalink is now streaming on Shudder. A boy hunts"
)


def offered(*streamed: dict[str, Any], country: str = "US") -> dict[str, Any]:
    """Say where a film is streamed, as TMDB says it."""
    return {country: {"link": "https://www.themoviedb.org/movie/1/watch", "flatrate": list(streamed)}}


def karmalink(*streamed: dict[str, Any]) -> dict[str, Any]:
    """Make the film of the post."""
    return movie(1, "Karmalink", "2021-09-02", "Jake Wachtel", imdb="tt1234567", offers=offered(*streamed))


@pytest.fixture
def source() -> Iterator[Tmdb]:
    """Run a TMDB that knows the post's film."""
    with tmdb(karmalink(NETFLIX, SHUDDER)) as server:
        yield server


def site_of(
    make_site: MakeSite, server: Tmdb, posts: dict[str, str] | None = None, *, store: str = "post"
) -> Site:
    """Write a site that may ask the server, and has a key."""
    more = (
        f'store = "{store}"\n[watch.sources.tmdb]\nuse = "non-commercial"\nurl = "{server.url}"\n'
        '[network]\nallow = ["127.0.0.0/8"]\n'
    )
    site = make_site(posts, configuration=CONFIGURATION + more)
    site.secrets.mkdir(parents=True)
    (site.secrets / "tmdb").write_text(TOKEN, encoding="utf-8")
    (site.secrets / "tmdb").chmod(0o600)
    return site


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a site that is not its state."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".publisher" not in file.parts
    }


def test_a_source_is_asked_and_nothing_is_written_unasked(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """It shows what is new, whom to credit, and what comes next."""
    site = site_of(make_site, source)
    before = files(site.root)

    done = run("attach", *NOW)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[3:] == [
        "  tmdb: 2 new",
        "    + Stream: Netflix (US)",
        "    + Stream: Shudder (US)",
        "  below `film:` put this, and the film is told for certain:  ids: {imdb: tt1234567, tmdb: 1}",
        "next       `publisher attach --write` writes what is new, changed and gone",
        done.stdout.splitlines()[-1],
    ]
    assert "JustWatch" in done.stdout.splitlines()[-1]
    assert files(site.root) == before
    assert TOKEN not in done.stdout + done.stderr


def test_write_changes_the_block_of_offers_and_nothing_else(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """A second run finds nothing to do; what changes at the source changes in the post; what the editor wrote stays."""
    site = site_of(make_site, source)
    post = site.posts / "karmalink.md"

    run("attach", "--write", *NOW)

    theirs = (
        "  - service: {}\n    kind: subscription\n    region: US\n    source: tmdb\n    checked: 2026-11-22\n"
    )
    mine = "    kind: rent\n"
    assert post.read_text("utf-8") == POST.replace(
        mine, mine + theirs.format("Netflix") + theirs.format("Shudder")
    )
    again = run("attach", "--write", *NOW)
    assert "tmdb: 2 kept" in again.stdout
    assert "written" not in again.stdout

    source.movies[:] = [karmalink(SHUDDER, HULU, provider(7, "Fandango At Home"))]
    later = run("attach", "--write", "--refresh", "--now", "2026-11-25T12:00Z")
    assert "tmdb: 2 new, 1 gone, 1 kept" in later.stdout or "tmdb: 1 new, 1 gone, 1 kept" in later.stdout
    text = post.read_text("utf-8")
    assert text.startswith(POST.partition(mine)[0] + mine + theirs.format("Shudder"))
    assert "Netflix" not in text
    assert text.endswith(POST.partition(mine)[2])
    assert run("validate").returncode == 0


def test_the_last_edit_can_be_taken_back(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """In the post and beside it."""
    for store in ("post", "beside"):
        site = (
            site_of(make_site, source, store=store) if store == "post" else _stored_beside(make_site, source)
        )
        before = files(site.root)
        run("attach", "--write", *NOW)
        assert files(site.root) != before
        done = run("undo", "karmalink")
        assert done.returncode == 0, done.stderr
        assert files(site.root) == before


def _stored_beside(make_site: MakeSite, source: Tmdb) -> Site:
    text = (
        f'store = "beside"\n[watch.sources.tmdb]\nuse = "non-commercial"\nurl = "{source.url}"\n'
        '[network]\nallow = ["127.0.0.0/8"]\n'
    )
    return make_site(configuration=CONFIGURATION + text)


def test_offers_may_lie_beside_the_posts_and_a_build_needs_no_network_and_no_key(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """The post keeps its bytes; the feeds have the offers and the credit that the source demands."""
    site = site_of(make_site, source, store="beside")

    done = run("attach", "--write", *NOW)

    assert done.returncode == 0, done.stderr
    assert (site.posts / "karmalink.md").read_text("utf-8") == POST
    beside = json.loads((site.posts / ".watch" / f"{ID}.json").read_text("utf-8"))
    assert [one["service"] for one in beside["offers"]] == ["netflix", "shudder"]
    (site.secrets / "tmdb").unlink()
    asked = len(source.asked)
    # Whoever wants to reach another machine is killed.
    blocked = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise SystemExit('the network was used')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from publisher.cli import main\nmain()"
    )
    made = subprocess.run(
        [sys.executable, "-c", blocked, "generate", *NOW],
        cwd=site.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert len(source.asked) == asked
    (feed,) = site.feeds.glob("feed.json")
    item = json.loads(feed.read_text("utf-8"))["items"][0]
    assert {one["service"] for one in item["_watch"]["offers"]} == {"fandango-at-home", "netflix", "shudder"}
    for name in ("rss.xml", "atom.xml", "feed.json"):
        assert "JustWatch" in (site.feeds / name).read_text("utf-8")


def test_proposals_of_sentences_are_in_no_output_until_they_are_written(
    make_site: MakeSite, run: Run
) -> None:
    """They are shown with their words and line, go into the post wherever else offers lie, and only with --write."""
    site = make_site({"karmalink.md": SENTENCE}, configuration=CONFIGURATION + 'store = "beside"\n')
    run("generate", *NOW)
    assert "Shudder (US)" not in (site.feeds / "atom.xml").read_text("utf-8")

    shown = run("attach", *NOW)
    assert '    + Stream: Shudder  line 15: "Karmalink is now streaming on Shudder."' in shown.stdout

    run("attach", "--write", *NOW)
    written = (site.posts / "karmalink.md").read_text("utf-8")
    assert "  - service: Shudder\n    kind: subscription\n    source: text\n" in written
    assert not (site.posts / ".watch").exists()
    run("generate", *NOW)
    assert "shudder" in (site.feeds / "feed.json").read_text("utf-8")


def test_a_time_that_is_no_day_is_shown_and_never_written(make_site: MakeSite, run: Run) -> None:
    """What comes out "this Halloween" is not out yet: without a day, readers would be told that it is."""
    sentence = "Karmalink will be released onto DVD this Halloween. A boy hunts"
    site = make_site({"karmalink.md": POST.replace("A boy hunts", sentence)})
    before = (site.posts / "karmalink.md").read_bytes()
    shown = run("attach", "--from", "text", "--write", *NOW)
    assert shown.returncode == 0
    assert "? On disc" in shown.stdout
    assert "“this Halloween” is no day: not written" in shown.stdout
    assert (site.posts / "karmalink.md").read_bytes() == before


def test_only_those_that_are_named_are_asked(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """`text` asks nobody; a name that is none is told with what was meant."""
    site_of(make_site, source, {"karmalink.md": SENTENCE})

    text = run("attach", "--from", "text", *NOW)
    assert "text: 1 new" in text.stdout
    assert source.asked == []
    assert "text:" not in run("attach", "--from", "tmdb", *NOW).stdout
    wrong = run("attach", "--from", "tmbd,text", *NOW)
    assert (wrong.returncode, wrong.stderr) == (
        2,
        'error: "tmbd" is not a source of offers\nhelp: did you mean tmdb?\n',
    )


def test_what_is_missing_is_told_before_anything_is_asked(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """A key, a country, a country that is one."""
    site = site_of(make_site, source)
    assert run("attach", "--region", "US,XX", *NOW).returncode == 2
    (site.secrets / "tmdb").unlink()
    missing = run("attach", "--from", "tmdb", *NOW)
    assert missing.returncode == 4
    assert "TMDB has no key of this site" in missing.stderr
    assert run("attach", *NOW).returncode == 0
    assert source.asked == []


def test_a_film_without_an_answer_stops_no_other(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """What is written of it stays, the others are written, and the status says that there is more to do."""
    other = (
        POST.replace(ID, ID[:-1] + "6")
        .replace("title: Karmalink", "title: Hagazussa")
        .replace("2021", "2017")
    )
    site = site_of(make_site, source, {"karmalink.md": POST, "hagazussa.md": other})
    source.movies.append(movie(2, "Hagazussa", "2017-09-22", offers=offered(HULU)))
    source.script["movie/2"] = saying(400, {"status_message": "no"})

    done = run("attach", "--write", *NOW)

    assert done.returncode == 3
    assert "  tmdb: no answer: " in done.stdout
    assert done.stderr.startswith("error: tmdb gave no answer for 1 film\nhelp: ")
    assert "source: tmdb" in (site.posts / "karmalink.md").read_text("utf-8")
    assert (site.posts / "hagazussa.md").read_text("utf-8") == other


@pytest.mark.parametrize("quiet", [(), ("-q",)])
@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("title: Joker", "tmdb 1 is Karmalink (2021), and the post says Joker (2021)"),
        ("title: Karmalink\n  directors: [Ann Lee]", "cannot tell which film is meant"),
    ],
)
def test_the_offers_of_another_film_are_never_written_for_an_id(
    make_site: MakeSite, run: Run, source: Tmdb, told: str, words: str, quiet: tuple[str, ...]
) -> None:
    """One digit amiss in an id, and readers would be sent to another film: it is told, also with --quiet."""
    text = POST.replace("film:\n  title: Karmalink\n", f"film:\n  {told}\n  ids: {{tmdb: 1}}\n")
    site = site_of(make_site, source, {"karmalink.md": text})

    done = run("attach", "--from", "tmdb", "--write", *quiet, *NOW)

    assert done.returncode == 3, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "karmalink.md" in done.stdout + done.stderr
    assert (site.posts / "karmalink.md").read_text("utf-8") == text


@pytest.mark.parametrize("change", [("rating:", "status: draft\nrating:"), ("date: 2022", "date: 2999")])
def test_a_draft_s_film_is_asked_about_only_when_its_file_is_named(
    make_site: MakeSite, run: Run, source: Tmdb, change: tuple[str, str]
) -> None:
    """Which film will be reviewed is nobody's business yet; the same goes for a scheduled review."""
    text = POST.replace(*change, 1)
    site_of(make_site, source, {"karmalink.md": text})

    for words in ((), ("posts",)):
        done = run("attach", "--write", *words, *NOW)
        assert (done.returncode, source.asked) == (0, [])
        assert "nobody is to hear of it yet" in done.stdout
    done = run("attach", "posts/karmalink.md", *NOW)

    assert source.asked
    assert "+ Stream: Netflix" in done.stdout


def test_a_file_beside_that_is_damaged_is_written_anew_once_it_is_deleted(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """What the message says is what works."""
    site = site_of(make_site, source, store="beside")
    run("attach", "--write", *NOW)
    (file,) = (site.posts / ".watch").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:40])

    refused = run("attach", "--write", *NOW)
    assert refused.returncode == 1
    assert (
        "help: delete the file: `publisher attach --write` then writes it anew"
        in refused.stderr + refused.stdout
    )
    file.unlink()
    assert run("attach", "--write", *NOW).returncode == 0
    assert file.read_bytes() == whole


def test_what_tmdb_said_too_long_ago_is_not_shown_until_it_is_asked_again(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """Its terms let nobody keep that; another run writes the present day."""
    site_of(make_site, source)
    run("attach", "--write", *NOW)
    late = ("--now", "2027-06-01T12:00Z")

    told = run("validate", *late)
    assert told.stdout.count("warning[offer-checked]") == 2
    assert "looked up too long ago: not shown any more" in run("attach", "--from", "text", *late).stdout
    assert run("attach", "--write", *late).returncode == 0
    assert "offer-checked" not in run("validate", *late).stdout


def test_a_remembered_answer_that_is_of_another_film_counts_for_nothing(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """The file was damaged, or edited: the post's own word stands, and no such id is proposed."""
    site = site_of(make_site, source)
    source.movies.append(movie(3, "Suspiria", "1977-02-01", "Dario Argento"))
    review = publisher.read_posts(site).posts[0].review
    choose_film(review, {"tmdb": "3"}, site)

    done = run("attach", *NOW)

    assert done.returncode == 0, done.stderr
    assert "+ Stream: Netflix (US)" in done.stdout
    assert "tmdb: 3" not in done.stdout
    assert "you said before" not in done.stdout


@pytest.mark.parametrize(
    ("status", "way_out"),
    [(401, "see that the key in"), (500, "try again later")],
)
def test_what_is_said_at_the_end_helps(
    make_site: MakeSite, run: Run, source: Tmdb, status: int, way_out: str
) -> None:
    """Running the command again helps nobody whose key was refused."""
    site_of(make_site, source)
    source.script[""] = saying(status, {"status_message": "no"})

    done = run("attach", *NOW)

    assert done.returncode == 3
    assert f"help: what is written of them stays as it is; {way_out}" in done.stderr
    assert "run the command again" not in done.stderr


def test_a_post_that_cannot_be_changed_for_certain_is_told_with_what_to_paste(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """The others are written all the same."""
    braces = f"---\n{{id: {ID}, title: Karmalink, date: 2022-07-15, film: {{title: Karmalink, year: 2021}}}}\n---\nText.\n"
    site = site_of(make_site, source, {"karmalink.md": braces})

    done = run("attach", "--write", *NOW)

    assert done.returncode == 5
    assert "refused    posts/karmalink.md: `watch` is written in a way" in done.stdout
    assert (
        "    - {service: Netflix, kind: subscription, region: US, source: tmdb, checked: 2026-11-22}"
        in done.stdout
    )
    assert (site.posts / "karmalink.md").read_text("utf-8") == braces


def test_machines_get_all_of_it(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """One document, with the credit, and the version of its format."""
    site_of(make_site, source, {"karmalink.md": SENTENCE})

    told = json.loads(run("attach", "--json", *NOW).stdout)

    assert told["format_version"] == 1
    (review,) = told["reviews"]
    assert (review["file"], review["film"], review["written"]) == ("posts/karmalink.md", "Karmalink", [])
    by_source = {one["source"]: [each["service"] for each in one["new"]] for one in review["sources"]}
    assert by_source == {"text": ["shudder"], "tmdb": ["netflix"]}
    assert review["ids"] == {"imdb": "tt1234567", "tmdb": "1"}
    assert review["proposals"][0]["line"] == 15
    assert "JustWatch" in told["attributions"][0]["text"]
    assert (told["unanswered"], told["refused"]) == ({}, [])


def test_quota_shows_what_is_used_and_asks_nobody(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """Each source with a key; every request counts, and none is made for it."""
    site_of(make_site, source)
    run("attach", *NOW)
    asked = len(source.asked)

    done, told = run("attach", "--quota", *NOW), json.loads(run("attach", "--quota", "--json", *NOW).stdout)

    assert f"TMDB (tmdb): {asked} requests used in 2026-11, " in done.stdout
    assert told["quotas"][0]["used"] == asked
    assert len(source.asked) == asked


DRACULAS = [
    movie(11, "Dracula", "1931-02-12", "Tod Browning", imdb="tt0021814", offers=offered(HULU)),
    movie(12, "Dracula", "1931-04-24", "George Melford", imdb="tt0021815", offers=offered(NETFLIX)),
]
DRACULA = POST.replace("title: Karmalink", "title: Dracula").replace("2021", "1931")


def test_a_film_that_cannot_be_told_from_another_is_never_guessed(make_site: MakeSite, run: Run) -> None:
    """Where nobody can be asked the films are listed, with the ids to paste, and nothing is written."""
    with tmdb(*DRACULAS) as server:
        site = site_of(make_site, server, {"dracula.md": DRACULA})

        done = run("attach", "--write", *NOW)

    assert done.returncode == 3
    assert (
        "  tmdb: cannot tell which film is meant; below `film:` put the ids of the one that is" in done.stdout
    )
    assert "error: tmdb cannot tell which film is meant by 1 post\n" in done.stderr
    assert "ids: {" in done.stdout
    assert (site.posts / "dracula.md").read_text("utf-8") == DRACULA


@pytest.mark.parametrize(("answer", "service"), [("2\n", "Netflix"), ("0\n", None), ("\n", None)])
def test_on_a_terminal_one_is_asked_which_film_is_meant(
    make_site: MakeSite, answer: str, service: str | None
) -> None:
    """Who knows gets the offers of that film, and the line to paste; who does not, nothing."""
    with tmdb(*DRACULAS) as server:
        site = site_of(make_site, server, {"dracula.md": DRACULA})
        status, said = on_a_terminal(
            "none of them", answer, "attach", "--write", *NOW, "--site", str(site.root)
        )

    written = (site.posts / "dracula.md").read_text("utf-8")
    assert status == (0 if service else 3), said
    assert "posts/dracula.md: which film is Dracula (1931)?" in said
    if service is None:
        assert written == DRACULA
    else:
        assert f"  - service: {service}\n" in written
        assert "film:\n  title: Dracula\n  year: 1931\nrating" in written
        assert "ids: {imdb: tt0021815, tmdb: 12}" in said or "ids: {tmdb: 12, imdb: tt0021815}" in said


def test_an_answer_is_remembered_until_the_post_says_something_else(make_site: MakeSite) -> None:
    """The next run, in cron, asks nobody and writes what changed; the advice to write the ids stays."""
    with tmdb(*DRACULAS) as server:
        site = site_of(make_site, server, {"dracula.md": DRACULA})
        on_a_terminal("none of them", "2\n", "attach", *NOW, "--site", str(site.root))
        words = ("attach", "--write", "--site", str(site.root))
        again = warm_start.run("-m", "publisher", *words, *NOW)
        assert "cannot tell" not in again.stdout
        assert "  - service: Netflix\n" in (site.posts / "dracula.md").read_text("utf-8")
        assert "you said before which film it is; delete .publisher/chosen-films/" in again.stdout
        assert "put this, and the film is told for certain:  ids: {imdb: tt0021815, tmdb: 12}" in again.stdout
        server.movies[1] = movie(
            12, "Dracula", "1931-04-24", "George Melford", imdb="tt0021815", offers=offered(HULU)
        )
        later = warm_start.run("-m", "publisher", *words, "--refresh", "--now", "2026-11-25T12:00Z")
        assert "1 new, 1 gone" in later.stdout
        (site.posts / "dracula.md").write_text(DRACULA.replace("1931", "1930"), encoding="utf-8")
        other = warm_start.run("-m", "publisher", *words, *NOW)
        assert "cannot tell which film is meant" in other.stdout


def test_one_undo_takes_back_all_that_a_run_wrote(make_site: MakeSite, run: Run, source: Tmdb) -> None:
    """However many posts it were, and files beside them; where one was changed since, none."""
    posts = {f"p{number}.md": POST.replace("ce5\n", f"c{number:02}\n") for number in range(60)}
    site = site_of(make_site, source, posts, store="beside")
    before = files(site.root)
    done = run("attach", "--write", *NOW)
    assert "`publisher undo` takes all 60 files back" in done.stdout
    written = files(site.root)

    assert run("undo", "--list").stdout.count("attach   60 files") == 1
    one = site.posts / ".watch" / f"{ID[:-2]}07.json"
    one.write_bytes(one.read_bytes() + b"\n")
    refused = run("undo")
    assert refused.returncode == 5
    assert (
        f"error: posts/.watch/{one.name} was changed since `publisher attach`, which wrote 60 files; "
        "nothing was taken back" in refused.stderr
    )
    one.write_bytes(one.read_bytes()[:-1])
    assert files(site.root) == written
    told = json.loads(run("undo", "--json").stdout)
    assert (told["command"], told["file"], len(told["files"]), len(told["changes"])) == (
        "attach",
        None,
        60,
        60,
    )
    assert files(site.root) == before


def test_an_offer_that_the_editor_added_to_is_shown_as_theirs(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """With the reason, with what the source says of it, and with the way to hand it back."""
    site = site_of(make_site, source)
    run("attach", "--write", *NOW)
    post = site.posts / "karmalink.md"
    link = "    url: https://www.netflix.com/title/1 # mine\n    region: US\n"
    post.write_text(post.read_text("utf-8").replace("    region: US\n", link, 1), encoding="utf-8")
    written = post.read_bytes()
    source.movies[:] = [karmalink(SHUDDER)]

    done = run("attach", "--write", "--refresh", "--now", "2026-11-25T12:00Z")

    assert post.read_bytes() == written
    assert (
        "    * Stream: Netflix (US): yours, because there is a comment in it\n"
        "        tmdb says nothing of it now\n"
        "      it stays as you wrote it; delete it, and the next --write puts there what the source says\n"
    ) in done.stdout
    told = json.loads(run("attach", "--json", "--now", "2026-11-25T12:00Z").stdout)
    (yours,) = next(one for one in told["reviews"][0]["sources"] if one["source"] == "tmdb")["yours"]
    assert (yours["service"], yours["why"], yours["now"]) == ("Netflix", "there is a comment in it", None)


def test_credit_is_given_for_what_a_source_said_and_for_nothing_else(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """A run in which it answered nothing shows nothing of it; what it said earlier still is."""
    site_of(make_site, source)
    source.script["search/movie"] = saying(500, {})
    assert "JustWatch" not in run("attach", *NOW).stdout
    source.script.clear()
    run("attach", "--write", "--refresh", "--now", "2026-11-23T12:00Z")
    assert "JustWatch" in run("attach", "--from", "text", *NOW).stdout


def test_affiliate_links_beside_a_non_commercial_use_are_warned_about(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """By `attach` and by `doctor`; a site with a contract hears nothing."""
    site = site_of(make_site, source)
    settings = site.root / "publisher.toml"
    with settings.open("a", encoding="utf-8") as stream:
        stream.write('[watch.affiliates.fandango-at-home]\ntag = "desk"\n')
    warning = '[watch.sources.tmdb] says use = "non-commercial", and [watch.affiliates] makes links that earn'

    done = run("attach", *NOW)
    assert done.returncode == 0
    assert f"terms      {warning}" in done.stdout
    assert warning in run("doctor", "--offline").stdout
    assert json.loads(run("attach", "--json", *NOW).stdout)["warnings"][0]["message"].startswith(warning)
    settings.write_text(
        settings.read_text("utf-8").replace('"non-commercial"', '"contract"'), encoding="utf-8"
    )
    assert "terms  " not in run("attach", *NOW).stdout


def test_a_post_that_changes_during_the_run_is_told_and_stops_no_other(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """Somebody is at work on it, perhaps another run; nothing of its is lost."""
    other = POST.replace(ID, ID[:-1] + "6")
    site = site_of(make_site, source, {"a.md": POST, "b.md": other})
    changing = site.posts / "a.md"

    def answer(conversation: Conversation) -> None:
        changing.write_text(POST + "More.\n", encoding="utf-8")
        say(conversation, 200, source.movies[0])

    source.script["movie/1"] = answer
    done = run("attach", "--write", *NOW)

    assert done.returncode == 5
    assert "refused    posts/a.md changed while `attach` was at work on it" in done.stdout
    assert changing.read_text("utf-8") == POST + "More.\n"
    assert "source: tmdb" in (site.posts / "b.md").read_text("utf-8")


def test_a_list_behind_a_question_mark_is_refused_with_the_lines_to_write(
    make_site: MakeSite, run: Run, source: Tmdb
) -> None:
    """YAML has such a form for long keys; nobody writes it, and nothing is guessed."""
    odd = POST.replace(
        "watch:\n  - service: Vudu\n    kind: rent\n", "? watch\n: - service: Vudu\n    kind: rent\n"
    )
    site = site_of(make_site, source, {"karmalink.md": odd})

    done = run("attach", "--write", *NOW)

    assert done.returncode == 5
    assert (
        "refused    posts/karmalink.md: `watch` is written in a way in which it cannot be changed"
        in done.stdout
    )
    assert "  write below `watch:`\n    - {service: Netflix, kind: subscription," in done.stdout
    assert (site.posts / "karmalink.md").read_text("utf-8") == odd
