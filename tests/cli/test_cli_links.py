"""`publisher links check` finds what is wrong with links, and mends only what is safe, only when asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite, Run

OLD = "https://www.vudu.com/content/movies/details/The-Matrix/9254"
NEW = "https://athome.fandango.com/content/browse/details/The-Matrix/9254"
POST = """\
---\r
# as it came\r
id: 4c768283-9939-45ec-b325-53b5be6f9ce5\r
title: 'Karmalink'   # odd quotes\r
date: 2022-07-15T09:00-05:00\r
film: {{title: "ការម៉ាលិង្គ", year: 2021}}\r
watch:\r
  # two shops\r
  - service: Vudu   # as it was\r
    kind: rent\r
    url: "{first}"  # old\r
  - {{service: Amazon Video, kind: rent, url: '{second}'}}\r
summary: A past life buried a treasure.\r
---\r
\r
Now on [Vudu](https://www.vudu.com/content/movies/details/The-Matrix/9254?utm_source=x).\r
"""
AMAZON = "https://www.amazon.com/gp/video/detail/B00FZM8Z7I"


def post(first: str, second: str) -> str:
    """Write a post with two links."""
    return POST.format(first=first, second=second)


def test_links_in_order_are_said_to_be(run: Run, make_site: MakeSite) -> None:
    """Status 0, and one line."""
    make_site({"a.md": post(NEW, AMAZON)})
    done = run("links", "check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "checked    1 post: nothing amiss\n", "")


def test_everything_found_is_told_and_nothing_is_changed(
    run: Run, make_site: MakeSite, tmp_path: Path
) -> None:
    """Each with its place, and the status says that there was something."""
    make_site({"a.md": post(f"{OLD}?utm_source=x", f"{AMAZON}?tag=somebody-20")})
    before = (tmp_path / "posts/a.md").read_bytes()
    done = run("links", "check")

    assert done.returncode == 1
    assert [line.split(": ")[1] for line in done.stdout.splitlines()[:3]] == [
        "advice[offer-campaign]",
        "advice[offer-outdated]",
        "advice[offer-campaign]",
    ]
    assert done.stdout.startswith("posts/a.md:11:10: ")
    assert "mends 3 of them" in done.stdout
    assert (tmp_path / "posts/a.md").read_bytes() == before


def test_write_mends_the_links_and_nothing_else(run: Run, make_site: MakeSite, tmp_path: Path) -> None:
    """Comments, quotes, braces, line ends, the text and its own links stay, byte for byte."""
    make_site({"a.md": post(f"{OLD}?utm_source=x&a=1", f"{AMAZON}/ref=atv_dp?tag=somebody-20&th=1")})
    done = run("links", "check", "--write")

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "posts/a.md").read_bytes() == post(f"{NEW}?a=1", f"{AMAZON}?th=1").encode()
    assert run("links", "check").stdout == "checked    1 post: nothing amiss\n"


def test_one_undo_takes_back_all_that_a_run_mended(run: Run, make_site: MakeSite, tmp_path: Path) -> None:
    """Also without git: no address of an archive is gone."""
    before = {
        f"{name}.md": post(f"{OLD}?utm_source={name}", AMAZON).replace("5be6f9ce5", f"5be6f9ce{number}")
        for number, name in enumerate("abc")
    }
    make_site(before)
    done = run("links", "check", "--write")

    assert "`publisher undo` takes it back" in done.stdout
    assert "utm_source" not in (tmp_path / "posts/b.md").read_text("utf-8").partition("summary")[0]
    assert "links check --write" in run("undo", "--list").stdout
    undone = run("undo")
    assert undone.returncode == 0, undone.stderr
    for name, text in before.items():
        assert (tmp_path / "posts" / name).read_bytes() == text.encode()
    assert "no edit" in run("undo").stderr


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("https://www.netflix.com/title/70143836", "offer-host"),
        ("https://athome.fandango.com/help", "offer-form"),
        ("https://athome.fandango.com/content/browse/search?searchString=x", "offer-form"),
        ("https://x.sjv.io/c/1/2/3?u=https%3A%2F%2Ffilms.example", "offer-host"),
    ],
)
def test_what_needs_a_judgement_is_left_to_the_editor(
    run: Run, make_site: MakeSite, tmp_path: Path, first: str, code: str
) -> None:
    """A wrong host, a wrong kind of page, a network that leads nobody knows where."""
    make_site({"a.md": post(first, AMAZON)})
    before = (tmp_path / "posts/a.md").read_bytes()
    done = run("links", "check", "--write", "--json")
    (fault,) = json.loads(done.stdout)["diagnostics"]

    assert (done.returncode, fault["code"]) == (1, code)
    assert (tmp_path / "posts/a.md").read_bytes() == before


@pytest.mark.parametrize(
    ("service", "kind", "url", "told"),
    [
        ("Apple TV", "buy", "https://tv.apple.com/us/show/severance/umc.cmc.1srk2goyh2q2zdxcx605w8vtx", "offer-form: a series"),
        ("HBO Max", "subscription", "https://www.hbomax.com/shows/x/50cd4e99-04ee-427b-a3b4-da721ed05d9c", "offer-form: a series"),
        ("Criterion Channel", "subscription", "https://www.criterionchannel.com/browse", "offer-form: not a form of link"),
        ("VOD", "rent", "https://www.netflix.com/title/70143836", "offer-host: leads to Netflix, and VOD stands for many"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_the_film_s_is_found(
    run: Run, make_site: MakeSite, service: str, kind: str, url: str, told: str
) -> None:
    """Of a series, of a whole catalogue; or of one service, where the offer names none in particular."""
    text = post(NEW, AMAZON).replace("service: Vudu ", f"service: {service} ")
    make_site({"a.md": text.replace("kind: rent\r", f"kind: {kind}\r", 1).replace(NEW, url)})
    (fault,) = json.loads(run("links", "check", "--json").stdout)["diagnostics"]

    code, words = told.split(": ")
    assert fault["code"] == code
    assert words in fault["message"]


def test_what_stands_for_many_services_may_lead_to_the_film_s_own_page(run: Run, make_site: MakeSite) -> None:
    """Where it runs, and where it is to rent, its own page tells best."""
    text = post(NEW, AMAZON).replace("service: Vudu ", "service: VOD ")
    make_site({"a.md": text.replace(NEW, "https://films.example/karmalink")})

    assert run("links", "check").returncode == 0


def test_prime_video_is_found_on_amazon_s_other_sites(run: Run, make_site: MakeSite) -> None:
    """That is where its films are in other countries."""
    text = (
        post(NEW, AMAZON)
        .replace("service: Vudu ", "service: Prime Video ")
        .replace(": rent\r", ": subscription\r")
    )
    make_site({"a.md": text.replace(NEW, "https://www.amazon.co.uk/gp/video/detail/B08XYZ1234")})

    assert run("links", "check").returncode == 0


def test_offers_that_are_over_or_of_closed_services_and_countries_are_found(
    run: Run, make_site: MakeSite
) -> None:
    """For these no link is needed."""
    watch = """\
  - {service: Vudu, kind: rent, until: 2023-01-01}
  - {service: Philo, kind: subscription}
  - {service: Vudu, kind: rent, region: GB}
"""
    text = post(NEW, AMAZON).replace("  # two shops\r\n", watch)
    make_site({"a.md": text}, more='[services.philo]\nstatus = "closed"\n')
    done = run("links", "check", "--now", "2026-01-01", "--json")

    assert [fault["code"] for fault in json.loads(done.stdout)["diagnostics"]] == [
        "offer-expired",
        "service-closed",
        "offer-region",
    ]


def test_a_page_that_a_source_knows_is_named(run: Run, make_site: MakeSite) -> None:
    """Where the editor gave no link, readers get a search, though a title link lies beside the post."""
    text = post(NEW, AMAZON).replace(f'    url: "{NEW}"  # old\r\n', "")
    beside = {
        "format_version": 1,
        "id": "4c768283-9939-45ec-b325-53b5be6f9ce5",
        "offers": [
            {
                "service": "fandango-at-home",
                "kind": "buy",
                "url": NEW,
                "region": "US",
                "source": "streaming-availability",
                "checked": "2026-01-01",
            }
        ],
    }
    make_site(
        {"a.md": text, ".watch/4c768283-9939-45ec-b325-53b5be6f9ce5.json": json.dumps(beside)},
    )
    done = run("links", "check", "--json")
    (fault,) = json.loads(done.stdout)["diagnostics"]

    assert (fault["code"], fault["line"], fault["label"]) == ("offer-search", 9, NEW)


def test_the_site_s_own_campaign_is_nobody_else_s(run: Run, make_site: MakeSite) -> None:
    """A link that was copied from a page of the site is in order."""
    own = '[watch.affiliates.amazon-video]\ntag = "pinnedwing-20"\n'
    make_site({"a.md": post(NEW, f"{AMAZON}?tag=pinnedwing-20")}, more=own)

    assert run("links", "check").returncode == 0


def test_only_the_posts_that_are_named_are_looked_at(run: Run, make_site: MakeSite) -> None:
    """And only links: what else is worth a warning is for `validate`."""
    other = post(OLD, AMAZON).replace("4c768283", "5c768283").replace("year: 2021", "runtime: 99")
    make_site({"a.md": post(OLD, AMAZON), "b.md": other.replace(OLD, NEW)})

    assert "posts/a.md" in run("links", "check").stdout
    assert run("links", "check", "posts/b.md").stdout == "checked    1 post: nothing amiss\n"


BESIDE = ".watch/4c768283-9939-45ec-b325-53b5be6f9ce5.json"


def beside(**offer: str) -> str:
    """Write a file of offers with one that a source found."""
    usual = {
        "service": "netflix",
        "kind": "rent",
        "source": "streaming-availability",
        "checked": "2026-01-01",
    }
    id = "4c768283-9939-45ec-b325-53b5be6f9ce5"  # noqa: A001 - the field's own word
    return json.dumps({"format_version": 1, "id": id, "offers": [{**usual, **offer}]})


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        ({"url": "https://evil.example/x"}, "warning[offer-host]"),
        ({"url": "http://u:p@www.netflix.com/title/1"}, "error[url-invalid]"),
        ({"region": "ZZ"}, "error[country-unknown]"),
        ({"from": "2027-01-01", "until": "2026-12-01"}, "error[date-order]"),
        ({"source": "nobody"}, "error[offer-file]"),
    ],
)
def test_what_is_wrong_beside_a_post_is_told_with_its_file(
    run: Run, make_site: MakeSite, offer: dict[str, str], code: str
) -> None:
    """A file of offers that has errors was not looked at whole: nobody says that nothing is amiss."""
    make_site({"a.md": post(NEW, AMAZON), BESIDE: beside(**offer)})
    for paths in ((), ("posts/a.md",)):
        done = run("links", "check", "--now", "2026-01-02", *paths)

        assert done.returncode == 1
        assert done.stdout.startswith(f"posts/{BESIDE}:1:")
        assert code in done.stdout
        assert "nothing amiss" not in done.stdout


def test_a_post_with_errors_is_never_in_order(run: Run, make_site: MakeSite, tmp_path: Path) -> None:
    """Whatever the errors are about: what lies beside it is not looked at, nor a folder that is a link."""
    faulty = post(NEW, AMAZON).replace("summary:", "sumary:")
    make_site({"a.md": faulty, BESIDE: beside(url="https://evil.example/x")})
    done = run("links", "check")
    assert (done.returncode, "error[unknown-key]" in done.stdout) == (1, True)

    (tmp_path / "posts/a.md").write_text(post(NEW, AMAZON), encoding="utf-8")
    (tmp_path / "posts/.watch").rename(tmp_path / "elsewhere")
    (tmp_path / "posts/.watch").symlink_to(tmp_path / "elsewhere")
    done = run("links", "check")
    assert (done.returncode, "error[file-unreadable]" in done.stdout) == (1, True)


def test_a_name_means_what_it_meant_when_the_review_was_written(run: Run, make_site: MakeSite) -> None:
    """The page that a source knows is that of the service which alone was called so then."""
    page = "https://tv.apple.com/us/movie/x/umc.cmc.4wjiwgpkvlmvn2b2ge8kc6f6l"
    text = post(NEW, AMAZON).replace("Amazon Video, kind: rent", "Apple TV, kind: free")
    make_site(
        {
            "a.md": text.replace(f", url: '{AMAZON}'", ""),
            BESIDE: beside(service="apple-tv-store", url=page),
        }
    )
    done = run("links", "check", "--json")

    assert [(fault["code"], fault["line"]) for fault in json.loads(done.stdout)["diagnostics"]] == [
        ("offer-search", 12),
        ("service-shared", 12),
    ]


def test_a_file_that_cannot_be_read_is_no_file_without_faults(run: Run, make_site: MakeSite) -> None:
    """What hides the links is told."""
    make_site({"a.md": "---\ntitle: [\n---\nText.\n"})
    done = run("links", "check")

    assert done.returncode == 1
    assert "error[yaml-syntax]" in done.stdout
