"""What a run does only when somebody says that it is meant, beyond the ceilings on events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import publisher
from publisher.errors import PostsInvalid, Refused
from publisher.posts import read_posts
from publisher.release import LedgerMissing, OverCeiling, make_plan, publish, push
from publisher.release.guards import CEILING
from publisher.site import FILE_NAME
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.release import PublishReport
    from publisher.site import Site
    from publisher.webhooks import Received

MANY = {f"a{number}": post(number + 2) for number in range(6)}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[Received]]]:
    """Run a partner whose secret is in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    with receiving(NOW.timestamp) as receiver:
        yield receiver


def released(newsroom: Newsroom, *, confirmed: bool = False) -> PublishReport:
    """Publish."""
    return publish(read_posts(newsroom.site), newsroom.site, NOW, confirmed=confirmed, clock=NOW.timestamp)


def feeds(newsroom: Newsroom) -> dict[str, bytes]:
    """Read the feeds."""
    return {name: data for name, data in newsroom.files().items() if name.startswith("feeds/")}


def empty(newsroom: Newsroom) -> None:
    """Lose the posts."""
    for name in MANY:
        newsroom.remove(name)


@pytest.mark.parametrize("lost", ["the ledger", "all of the folder of state"])
def test_a_site_whose_ledger_was_lost_announces_nothing_again_by_itself(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]], lost: str
) -> None:
    """The feeds say that it was published; who knows better says so, or begins with a baseline."""
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", heard[0]))
    released(newsroom)
    heard[1].clear()
    for file in newsroom.site.state.iterdir():
        if file.is_file() and (lost != "the ledger" or file.name.startswith("ledger")):
            file.unlink()
    before = feeds(newsroom)
    with pytest.raises(
        LedgerMissing, match="1 of 1 reviews to be announced are in feeds/ already"
    ) as failure:
        released(newsroom)

    assert "--baseline" in str(failure.value.hint)
    assert (feeds(newsroom), heard[1]) == (before, [])
    newsroom.push(baseline=True)
    assert newsroom.push().changes == ()
    assert heard[1] == []


def test_a_site_that_never_announced_anything_is_asked_once(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """Feeds that were only generated look the same; told that it is meant, the run announces them."""
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", heard[0]))
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)

    assert len(released(newsroom, confirmed=True).push.changes) == 1
    newsroom.put(b=post(2))
    assert len(released(newsroom).push.changes) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_generate_takes_no_folder_of_posts_out_of_the_feeds_unasked(
    make_site: Callable[..., Site], *, announced: bool
) -> None:
    """Six reviews whose posts are gone stay until somebody says that this is meant, ledger or none."""
    newsroom = Newsroom(make_site, posts={"kept": post(), **MANY})
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    if announced:
        newsroom.push()
    empty(newsroom)
    before = feeds(newsroom)
    posts = read_posts(newsroom.site).posts
    with pytest.raises(OverCeiling, match=r"^6 reviews would be"):
        publisher.generate(posts, newsroom.site, NOW)

    assert feeds(newsroom) == before
    assert publisher.generate(posts, newsroom.site, NOW, out=newsroom.site.root / "elsewhere").changed
    assert publisher.generate(posts, newsroom.site, NOW, confirmed=True).changed


def test_generate_refuses_what_publish_would(make_site: Callable[..., Site]) -> None:
    """A slug that was changed by hand comes into no feed."""
    newsroom = Newsroom(make_site)
    released(newsroom)
    newsroom.put(a=post(slug="karma-link"))

    with pytest.raises(PostsInvalid):
        publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)


def test_a_publish_without_a_ledger_empties_no_feeds_unasked(make_site: Callable[..., Site]) -> None:
    """What is in the feeds counts where nothing was announced."""
    newsroom = Newsroom(make_site, posts={"kept": post(), **MANY})
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    empty(newsroom)
    before = feeds(newsroom)
    with pytest.raises(OverCeiling, match="6 reviews would be gone from feeds/ at once"):
        released(newsroom)

    assert feeds(newsroom) == before
    assert released(newsroom, confirmed=True).feeds.changed


OLD = {f"a{number}": post(number + 2, date=f"2022-0{number + 1}-01") for number in range(7)}
#: All but the newest review stand on pages of the archive only.
SMALL = "[syndication]\nlimit = 1\n"


def test_what_stands_on_a_page_of_the_archive_counts_as_published(make_site: Callable[..., Site]) -> None:
    """No folder of old posts leaves the archive unasked, as none leaves the main feed."""
    newsroom = Newsroom(make_site, posts=OLD, more=SMALL)
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    for name in sorted(OLD)[:-1]:
        newsroom.remove(name)
    before = feeds(newsroom)
    for run in (
        lambda: released(newsroom),
        lambda: publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW),
    ):
        with pytest.raises(OverCeiling, match="6 reviews would be gone from feeds/ at once"):
            run()

    assert feeds(newsroom) == before
    released(newsroom, confirmed=True)
    # They are gone now: nobody is asked twice.
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)


def test_an_archive_is_not_announced_again_when_the_ledger_was_lost(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """The message counts what stands on its pages, too."""
    newsroom = Newsroom(make_site, posts=OLD, more=SMALL + ALLOW + partner("local", heard[0]))
    publisher.generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    with pytest.raises(LedgerMissing, match="7 of 7 reviews to be announced are in feeds/ already"):
        released(newsroom)

    assert heard[1] == []


@pytest.mark.parametrize(("number", "asked"), [(CEILING, False), (CEILING + 1, True)])
def test_a_site_does_not_move_as_a_whole_unasked(
    make_site: Callable[..., Site], number: int, *, asked: bool
) -> None:
    """A slip in `base_url` gives every review another address; the message says so, and not how to keep it quiet."""
    posts = {f"a{one}": post(one + 2) for one in range(number)}
    newsroom = Newsroom(make_site, posts=posts, more=partner("local", "https://partner.example/"))
    newsroom.push(baseline=True)
    settings = (newsroom.site.root / FILE_NAME).read_text("utf-8")
    newsroom.site = make_site({}, configuration=settings.replace("reviews.example/", "review.example/", 1))

    obstacles = make_plan(read_posts(newsroom.site), newsroom.site, NOW).obstacles
    over = f"{number} announcements at once, {number} of them of new addresses; more than 20 are not made without"
    assert [obstacle.startswith(over) for obstacle in obstacles[:-1]] == ([True] if asked else [])
    if asked:
        with pytest.raises(OverCeiling) as refused:
            newsroom.push()
        assert str(refused.value.hint).endswith("set `base_url` and `permalink` back in publisher.toml")


def test_a_baseline_forgets_no_folder_of_posts_unasked(make_site: Callable[..., Site]) -> None:
    """To record six reviews as gone without telling anybody has to be meant, too."""
    newsroom = Newsroom(make_site, posts={"kept": post(), **MANY})
    newsroom.push()
    empty(newsroom)
    with pytest.raises(OverCeiling):
        newsroom.push(baseline=True)

    assert newsroom.rows("SELECT count(*) FROM announced WHERE live") == [(7,)]
    newsroom.push(baseline=True, confirmed=True)
    assert newsroom.rows("SELECT count(*) FROM announced WHERE live") == [(1,)]


def _put_back(newsroom: Newsroom) -> None:
    newsroom.put(a=post())


def _take_another(newsroom: Newsroom) -> None:
    newsroom.remove("b")


@pytest.mark.parametrize("meanwhile", [_put_back, _take_another])
@pytest.mark.parametrize("run", [publish, push])
def test_posts_in_motion_take_nothing_back(
    make_site: Callable[..., Site],
    meanwhile: Callable[[Newsroom], None],
    run: Callable[..., object],
) -> None:
    """A file that was away for a moment, while posts were read, is not announced as deleted."""
    newsroom = Newsroom(make_site, posts={"a": post(), "b": post(2)})
    newsroom.push()
    newsroom.remove("a")
    found = read_posts(newsroom.site)
    meanwhile(newsroom)
    with pytest.raises(Refused, match="posts/ changed while it was being published"):
        run(found if run is publish else found.posts, newsroom.site, NOW, clock=NOW.timestamp)

    assert newsroom.rows("SELECT count(*) FROM announced WHERE live") == [(2,)]
    assert not newsroom.site.feeds.exists()


def test_a_draft_that_is_one_no_more_is_not_taken_back(make_site: Callable[..., Site]) -> None:
    """A post that was a draft when it was read, and is none when it matters."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(status="draft"))
    posts = read_posts(newsroom.site).posts
    newsroom.put(a=post())
    with pytest.raises(Refused, match="changed while it was being published"):
        push(posts, newsroom.site, NOW, clock=NOW.timestamp)

    assert newsroom.rows("SELECT live FROM announced") == [(1,)]
