"""Each command, run as a process on a small site."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import publisher
from tests.kept_files import is_kept

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

ROOT = Path(__file__).parents[2]
NOW = ("--now", "2026-11-22T12:00Z")
ENDPOINT = """\
[[webhooks.endpoints]]
name = "local"
url = "http://127.0.0.1:9/hooks"

[network]
allow = ["127.0.0.1/32"]
"""


def secret(site: publisher.Site) -> None:
    """Write a secret for the endpoint `local`."""
    site.secrets.mkdir(parents=True)
    path = site.secrets / "local"
    path.touch(mode=0o600)
    path.write_text(publisher.mint_secret(), encoding="utf-8")


def files(folder: Path) -> set[str]:
    """List everything below a site's folder, but what it keeps to be faster."""
    return {name for path in folder.rglob("*") if not is_kept(name := path.relative_to(folder).as_posix())}


def test_a_clean_site_validates(make_site: MakeSite, run: Run) -> None:
    """Nothing at fault is exit status 0 and one line."""
    make_site()

    done = run("validate")

    assert (done.returncode, done.stdout, done.stderr) == (0, "validated  1 post: no faults\n", "")


def test_every_fault_of_every_post_is_shown_and_the_status_is_1(make_site: MakeSite, run: Run) -> None:
    """Two broken posts are both reported in one run, in full when asked."""
    make_site({"one.md": "---\ntitle: [REC]\n---\ntext\n", "two.md": "no front matter\n"})

    done = run("validate", "--format", "full")

    assert done.returncode == 1
    assert "posts/one.md:2:8: error[wrong-type]: found a list; this key takes text" in done.stdout
    assert '  help: put the value in quotes: title: "[REC]"' in done.stdout
    assert "posts/two.md:1:1: error[front-matter-missing]" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_validate_prints_json_for_machines(make_site: MakeSite, run: Run) -> None:
    """The machine form is versioned and has each fault's position and code."""
    make_site({"one.md": "---\nrating: 9\n---\ntext\n"})

    told = json.loads(run("validate", "--json").stdout)

    assert told["format_version"] == 1
    assert told["checked"] == 1
    assert {"line": 2, "column": 9, "code": "rating-range"}.items() <= next(
        fault for fault in told["diagnostics"] if fault["code"] == "rating-range"
    ).items()
    assert json.loads(run("validate", "--format", "json").stdout).keys() == told.keys()


def test_validate_takes_files_and_folders(make_site: MakeSite, run: Run) -> None:
    """Only what was named is reported; a name that is no post is a usage error."""
    make_site({"bad/one.md": "nothing\n", "two.md": "nothing\n"})

    assert run("validate", "posts/two.md").stdout.count("front-matter-missing") == 1
    assert "posts/bad/one.md" in run("validate", "posts/bad").stdout
    missing = run("validate", "posts/three.md")
    assert missing.returncode == 2
    assert missing.stderr.startswith("error: there is no file posts/three.md\nhelp: ")


def test_attach_names_the_present_service_and_marks_a_search(make_site: MakeSite, run: Run) -> None:
    """Vudu is shown as Fandango at Home, with the search for the film; nothing is written."""
    site = make_site()
    before = files(site.root)

    done = run("attach", *NOW)

    assert done.returncode == 0
    assert "Rent: Fandango at Home (US), search, formerly Vudu" in done.stdout
    assert "      https://athome.fandango.com/content/browse/search?searchString=Karmalink" in done.stdout
    assert files(site.root) == before
    told = json.loads(run("attach", "--json").stdout)
    assert told["format_version"] == 1
    assert told["reviews"][0]["offers"][0] | {"href": ""} == {
        "service": "fandango-at-home",
        "name": "Fandango at Home",
        "kind": "rent",
        "region": "US",
        "href": "",
        "link": "search",
        "former": "Vudu",
        "status": "current",
    }


def test_attach_says_what_is_odd_about_a_link_that_was_given(make_site: MakeSite, run: Run) -> None:
    """A link is held against the hosts and forms of its service; the good one is passed over in silence."""
    site = make_site()
    post = site.posts / "karmalink.md"
    written = post.read_text(encoding="utf-8")
    remarks = {
        "https://athome.fandango.com/content/browse/details/The-Matrix/9254": (None, "known-form"),
        "https://athome.fandango.com/help": ("no known form of link to a film", "known-host"),
        "https://www.netflix.com/title/1": ("leads to Netflix, not to Fandango at Home", "other-service"),
        "https://films.example/1": ("not a site that Fandango at Home is known by", "unknown-host"),
    }
    for url, (remark, verdict) in remarks.items():
        post.write_text(written.replace("kind: rent", f"kind: rent\n    url: {url}"), encoding="utf-8")

        shown, told = run("attach").stdout, json.loads(run("attach", "--json").stdout)

        assert url in shown
        offers = shown.partition("\n")[2]
        assert offers.count("(") == 1 if remark is None else remark in offers
        assert told["reviews"][0]["offers"][0]["link_check"] == verdict


def test_generate_writes_once_and_check_tells(make_site: MakeSite, run: Run) -> None:
    """The first run writes, the second finds nothing to do, and --check exits 5 when a post changed."""
    site = make_site()

    first, second = run("generate", *NOW), run("generate", *NOW)

    assert first.stdout == "generated  feeds/: 2 feeds, 1 page of the archive, 9 other files written\n"
    assert second.stdout == "generated  feeds/ is up to date\n"
    assert run("generate", "--check", *NOW).returncode == 0
    post = site.posts / "karmalink.md"
    post.write_text(post.read_text(encoding="utf-8").replace("rating: 4", "rating: 5"), encoding="utf-8")
    stale = run("generate", "--check", *NOW)
    assert stale.returncode == 5
    assert stale.stderr.startswith(
        "error: feeds/ is not up to date: 2 feeds, 1 page of the archive, 2 other files\n"
    )
    named = run("generate", "--check", "--verbose", *NOW).stdout.splitlines()
    assert "             feeds/archive/2022-07/rss.xml is new or changed" in named
    assert "             feeds/redirects/nginx.conf is as it was" in named
    (site.feeds / "opml.xml").unlink()
    (site.feeds / "rss.xml").unlink()
    post.write_text(post.read_text(encoding="utf-8").replace("rating: 5", "rating: 4"), encoding="utf-8")
    assert run("generate", *NOW).stdout == "generated  feeds/: opml.xml, rss.xml written\n"


def test_generate_writes_to_another_folder(make_site: MakeSite, run: Run) -> None:
    """--out leaves the site's own feeds alone."""
    site = make_site()

    assert run("generate", "--out", "elsewhere", *NOW).returncode == 0

    assert (site.root / "elsewhere" / "rss.xml").is_file()
    assert not site.feeds.exists()


def test_a_fault_in_a_post_stops_before_anything_is_written(make_site: MakeSite, run: Run) -> None:
    """generate, push and publish exit with 1, show the fault, and leave no file behind."""
    site = make_site({"one.md": "nothing\n"})
    before = files(site.root)

    for verb in ("generate", "push", "publish"):
        done = run(verb, *NOW)
        assert done.returncode == 1
        assert "posts/one.md:1:1: error[front-matter-missing]" in done.stderr
        assert files(site.root) == before


def test_dry_runs_leave_nothing_behind(make_site: MakeSite, run: Run) -> None:
    """The dry runs of push and publish say what would happen, need no secret, and make no file."""
    site = make_site(more=ENDPOINT)
    before = files(site.root)

    pushed, published = run("push", "--dry-run", *NOW), run("publish", "--dry-run", *NOW)

    assert pushed.returncode == published.returncode == 0
    assert "would announce 1 published" in pushed.stdout
    assert "would change" in published.stdout
    assert files(site.root) == before


def test_what_is_not_delivered_waits_with_status_3(make_site: MakeSite, run: Run) -> None:
    """An endpoint that nobody answers at leaves the event waiting, and the run says so."""
    secret(make_site(more=ENDPOINT))

    done = run("publish", *NOW)

    assert done.returncode == 3
    assert "delivered  local: 0 delivered, 1 waiting" in done.stdout
    assert (
        "error: 1 deliveries were not made" in done.stderr or "error: 1 delivery was not made" in done.stderr
    )
    assert "waiting" in json.loads(run("push", "--json", *NOW).stdout)["endpoints"][0]


def test_a_missing_secret_is_status_4_and_nothing_is_written(make_site: MakeSite, run: Run) -> None:
    """The message names the variable and the file; no feed was made."""
    site = make_site(more=ENDPOINT)

    done = run("publish", *NOW)

    assert done.returncode == 4
    assert 'the endpoint "local" has no secret' in done.stderr
    assert "PUBLISHER_SECRET_LOCAL" in done.stderr
    assert not site.feeds.exists()


def test_a_secret_is_minted_once_and_only_its_owner_can_read_it(make_site: MakeSite, run: Run) -> None:
    """The file has mode 0600 and holds what was shown; a second call refuses and changes nothing."""
    site = make_site(more=ENDPOINT)

    done = run("endpoints", "secret", "local")

    path = site.secrets / "local"
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == path.read_text(encoding="ascii").strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = run("endpoints", "secret", "local")
    assert (again.returncode, again.stdout) == (5, "")
    assert "has a secret already" in again.stderr
    assert done.stdout.splitlines()[0] not in again.stderr
    assert run("endpoints", "secret", "nobody").returncode == 2


def test_a_baseline_announces_nothing(make_site: MakeSite, run: Run) -> None:
    """After --baseline there is nothing to announce."""
    make_site()

    assert "recorded 1 published as announced" in run("push", "--baseline", *NOW).stdout
    assert run("push", *NOW).stdout == "pushed     nothing to announce, nothing waiting\n"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("validate", "--format", "yaml"), 2),
        (("vaildate",), 2),
        (("generate", "--now", "yesterday"), 2),
        (("validate", "--site", "nowhere"), 4),
        (("listen", "--endpoint", "nobody"), 2),
        (("listen",), 4),
    ],
)
def test_what_cannot_be_done_is_one_message_and_a_status(
    make_site: MakeSite, run: Run, words: tuple[str, ...], status: int
) -> None:
    """No traceback ever, and the status tells whose turn it is."""
    make_site()

    done = run(*words)

    assert done.returncode == status
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_errors_are_json_where_json_was_asked_for(make_site: MakeSite, run: Run) -> None:
    """A machine that asked for JSON gets the error as JSON too."""
    make_site({"one.md": "nothing\n"})

    told = json.loads(run("generate", "--json", *NOW).stdout)

    assert told["format_version"] == 1
    assert told["error"]["exit_code"] == 1
    assert told["error"]["diagnostics"][0]["code"] == "front-matter-missing"


def test_quiet_says_nothing_when_all_is_well(make_site: MakeSite, run: Run) -> None:
    """--quiet leaves standard output empty for cron."""
    make_site()

    for verb in ("validate", "generate", "push", "publish"):
        done = run(verb, "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_sample_site_validates_and_its_feeds_are_up_to_date(run: Run) -> None:
    """What is committed is what the program makes, at the moment the Makefile pins."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    now = makefile.split("NOW := ")[1].split()[0]

    assert run("validate", cwd=ROOT).returncode == 0
    assert run("generate", "--check", "--now", now, cwd=ROOT).returncode == 0


def test_a_fault_of_the_program_itself_is_one_line_and_a_private_file(
    make_site: MakeSite, run: Run, tmp_path: Path
) -> None:
    """No traceback reaches the editor: the details go to a file of mode 0600 that the line names."""
    make_site()
    breaking = tmp_path / "breaking"
    breaking.mkdir()
    (breaking / "sitecustomize.py").write_text(
        "import publisher.posts\n"
        "def examine(*_, **__): raise RuntimeError('whsec_c2VjcmV0')\n"
        "publisher.posts.Examination = examine\n",
        encoding="utf-8",
    )

    done = run("validate", PYTHONPATH=str(breaking), TMPDIR=str(tmp_path))

    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "publisher itself failed (RuntimeError)" in done.stderr
    assert "whsec_" not in done.stderr
    (saved,) = tmp_path.glob("publisher-crash-*.txt")
    assert str(saved) in done.stderr
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "Traceback" in saved.read_text(encoding="utf-8")


def test_a_dry_run_says_what_would_be_refused(make_site: MakeSite, run: Run) -> None:
    """A missing secret and too many events are told before the real run stops at them."""
    site = make_site(more=ENDPOINT)
    post = (site.posts / "karmalink.md").read_text(encoding="utf-8")
    for number in range(25):
        copy = post.replace("4c768283", f"4c7682{number:02}")
        (site.posts / f"copy-{number}.md").write_text(copy, encoding="utf-8")

    for verb in ("push", "publish"):
        done = run(verb, "--dry-run", *NOW)
        assert "as things stand: 26 announcements at once" in done.stdout
        assert 'as things stand: the endpoint "local" has no secret' in done.stdout
        assert run(verb, *NOW).returncode in {4, 5}
    assert len(json.loads(run("push", "--dry-run", "--json", *NOW).stdout)["obstacles"]) == 2


def test_where_nobody_listens_no_ceiling_holds(make_site: MakeSite, run: Run) -> None:
    """A site that only has feeds publishes an archive without being asked."""
    site = make_site()
    post = (site.posts / "karmalink.md").read_text(encoding="utf-8")
    for number in range(25):
        copy = post.replace("4c768283", f"4c7682{number:02}")
        (site.posts / f"copy-{number}.md").write_text(copy, encoding="utf-8")

    assert run("publish", *NOW).returncode == 0


def test_a_correction_still_to_come_stays_at_home(make_site: MakeSite, run: Run) -> None:
    """An `updated` in the future neither dates the feeds nor lets its correction out."""
    site = make_site()
    post = site.posts / "karmalink.md"
    text = post.read_text(encoding="utf-8")
    post.write_text(
        text.replace("rating: 4", "rating: 4\nupdated: 2031-01-01\ncorrection: EMBARGOED"), encoding="utf-8"
    )

    run("publish", *NOW)

    for name in ("atom.xml", "rss.xml", "feed.json"):
        written = (site.feeds / name).read_text(encoding="utf-8")
        assert "EMBARGOED" not in written
        assert "2031" not in written
    assert b"EMBARGOED" not in (site.state / "ledger.sqlite3").read_bytes()
    assert "1 updated" in run("push", "--now", "2031-01-02").stdout


def test_what_waits_of_a_review_that_was_pulled_is_not_sent(make_site: MakeSite, run: Run) -> None:
    """The partner was away when it was published, and gets the retraction only: nothing of the text."""
    site = make_site(more=ENDPOINT)
    secret(site)
    assert run("publish", *NOW).returncode == 3
    post = site.posts / "karmalink.md"
    post.write_text(post.read_text(encoding="utf-8").replace("rating: 4", "status: draft"), encoding="utf-8")
    heard: list[publisher.Received] = []
    key = publisher.Secret.parse((site.secrets / "local").read_text(encoding="utf-8"), "the test")

    with publisher.Receiver(key, heard.append) as receiver:
        configuration = (site.root / "publisher.toml").read_text(encoding="utf-8")
        (site.root / "publisher.toml").write_text(
            configuration.replace("http://127.0.0.1:9/hooks", receiver.url), encoding="utf-8"
        )
        assert run("publish", *NOW).returncode == 0

    (message,) = heard
    assert message.event is not None
    assert message.event["type"] == "review.retracted"
    assert "Karmalink" not in json.dumps(message.event)


def test_a_ledger_that_was_lost_gives_no_id_twice(make_site: MakeSite, run: Run) -> None:
    """After a baseline on a fresh ledger, events have ids that no partner has seen, though numbers begin again."""
    site = make_site()
    post = site.posts / "karmalink.md"
    text = post.read_text(encoding="utf-8")

    def announce(title: str) -> set[str]:
        post.write_text(text.replace("title: Karmalink\ndate", f"title: {title}\ndate"), encoding="utf-8")
        assert run("push", *NOW).returncode == 0
        with closing(sqlite3.connect(site.state / "ledger.sqlite3")) as ledger:
            return {row[0] for row in ledger.execute("SELECT id FROM events")}

    before = announce("A") | announce("B") | announce("C")
    for file in site.state.glob("ledger*"):
        file.unlink()
    run("push", "--baseline", *NOW)
    after = announce("D") | announce("E")

    assert (len(before), len(after)) == (3, 2)
    assert before.isdisjoint(after)


def test_no_name_steers_the_terminal(make_site: MakeSite, run: Run) -> None:
    """Control characters in a file's name or a title are shown, not obeyed."""
    site = make_site()
    text = (site.posts / "karmalink.md").read_text(encoding="utf-8")
    (site.posts / "karmalink.md").unlink()
    (site.posts / "a\x1b[31m\nb.md").write_text(
        text.replace("title: K", "slug: ok\ntitle: K", 1), encoding="utf-8"
    )

    for words in (("attach",), ("attach", "--json"), ("publish", "-v"), ("validate",)):
        done = run(*words)
        assert done.returncode == 0
        assert "\x1b" not in done.stdout


def test_output_that_the_terminal_cannot_show_does_not_end_a_run(make_site: MakeSite, run: Run) -> None:
    """A title in another script is escaped where the encoding has no room for it."""
    site = make_site()
    post = site.posts / "karmalink.md"
    post.write_text(
        post.read_text(encoding="utf-8").replace("title: Karmalink\nd", "title: 朝霧\nd"), encoding="utf-8"
    )

    done = run("publish", *NOW, PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u671d" in done.stdout
