"""Publish the sample site to a real receiver on this machine, and follow one review all the way.

Everything happens in a temporary folder: a copy of the site, a fresh secret, a receiver on a free port. The exit
status tells whether every event arrived and every signature was verified.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NOW = "2026-11-22T12:00:00Z"
ENDPOINT = "local"
FOLLOWED = "karmalink"
PATIENCE = 60


def main() -> int:
    """Run the demonstration and return its exit status."""
    with tempfile.TemporaryDirectory(prefix="publisher-demo-") as folder:
        site = Path(folder, "site")
        copy_site(site)
        heading("1. a receiver starts on a free port, with a secret of its own")
        receiver, url = start_receiver(site)
        point_endpoint_at(site, url)
        print(f"   publisher listen --endpoint {ENDPOINT} --port 0\n   listening on {url}")
        try:
            return publish_and_look(site, receiver)
        finally:
            receiver.kill()
            receiver.communicate()


def publish_and_look(site: Path, receiver: subprocess.Popen[str]) -> int:
    """Publish, stop the receiver, and compare what was sent with what was verified."""
    heading(f"2. publisher publish --now {NOW}")
    status = run("publish", "--site", str(site), "--now", NOW)
    if status != 0:
        print(f"publisher publish ended with status {status}")
        return status
    heading("3. the same run again: nothing is left to do")
    again = run("publish", "--site", str(site), "--now", NOW)
    same = is_as_committed(site)
    heading("4. where to watch changes: Karmalink can be bought, too, and the run tells of that alone")
    add_offer(site)
    changed = run("publish", "--site", str(site), "--now", NOW)
    receiver.terminate()
    output, _ = receiver.communicate(timeout=PATIENCE)
    messages = [json.loads(line) for line in output.splitlines()]
    heading("5. one review, all the way: Karmalink")
    show_post(site)
    show_feeds(site)
    events = [message["event"] for message in messages if message["verified"]]
    show_events(events)
    refused = len(messages) - len(events)
    return verdict(site, events, same=same, quiet=again == changed == refused == 0)


def copy_site(site: Path) -> None:
    """Copy what an editor owns, and mint the endpoint's secret."""
    site.mkdir()
    shutil.copytree(ROOT / "posts", site / "posts")
    shutil.copy(ROOT / "publisher.toml", site)
    run("endpoints", "secret", ENDPOINT, "--site", str(site), quiet=True)


def add_offer(site: Path) -> None:
    """Write one more offer into a post, as an editor would."""
    path = site / "posts" / f"{FOLLOWED}.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("watch:\n", "watch:\n  - service: Apple TV\n    kind: buy\n", 1), encoding="utf-8"
    )


def is_as_committed(site: Path) -> bool:
    """Tell whether the feeds are those of this repository, byte for byte."""
    return all(
        (ROOT / "feeds" / name).read_bytes() == (site / "feeds" / name).read_bytes()
        for name in ("rss.xml", "atom.xml", "feed.json")
    )


def start_receiver(site: Path) -> tuple[subprocess.Popen[str], str]:
    """Start `publisher listen` and wait until it says where it listens."""
    words = ["listen", "--site", str(site), "--endpoint", ENDPOINT, "--port", "0", "--json"]
    receiver = subprocess.Popen(
        [*command(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    line = receiver.stderr.readline() if receiver.stderr else ""
    match = re.search(r"http://\S+", line)
    if match is None:
        receiver.kill()
        sys.exit(f"the receiver did not start: {line}")
    return receiver, match.group()


def point_endpoint_at(site: Path, url: str) -> None:
    """Write the receiver's address into the copy's publisher.toml."""
    path = site / "publisher.toml"
    text, count = re.subn(r"http://127\.0\.0\.1:\d+/", url, path.read_text(encoding="utf-8"), count=1)
    if not count:
        sys.exit("publisher.toml names no endpoint on this machine")
    path.write_text(text, encoding="utf-8")


def run(*words: str, quiet: bool = False) -> int:
    """Run one command of the product, its output as it comes; `quiet` keeps what it prints from the screen."""
    sys.stdout.flush()
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run([*command(), *words], check=False, stdout=output).returncode


def command() -> list[str]:
    """Return the product's command in the environment this script runs in."""
    return [str(Path(sys.executable).with_name("publisher"))]


def show_post(site: Path) -> None:
    """Show what the editor wrote."""
    lines = (site / "posts" / f"{FOLLOWED}.md").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if re.match(r"(id|title|rating):|watch:|  - service|    kind", line)]
    block(f"posts/{FOLLOWED}.md", wanted)


def show_feeds(site: Path) -> None:
    """Show where the review stands in each feed."""
    marks = ("<title>Karmalink", "urn:uuid:4c768283", "memberRating", "<watch:offer", "Rent: Fandango")
    for name in ("rss.xml", "atom.xml"):
        text = (site / "feeds" / name).read_text(encoding="utf-8")
        entries = re.findall(r"<(?:item|entry)\b.*?</(?:item|entry)>", text, re.DOTALL)
        entry = next(entry for entry in entries if "<title>Karmalink</title>" in entry)
        block(
            f"feeds/{name}",
            [line.strip() for line in entry.splitlines() if any(mark in line for mark in marks)],
        )
    feed = json.loads((site / "feeds" / "feed.json").read_text(encoding="utf-8"))
    item = next(item for item in feed["items"] if item["title"] == "Karmalink")
    shown = {
        "id": item["id"],
        "rating": item["_review"]["rating"]["text"],
        "offers": item["_watch"]["offers"],
    }
    block("feeds/feed.json", json.dumps(shown, ensure_ascii=False).splitlines())


def show_events(events: list[dict[str, Any]]) -> None:
    """Show the events of the review that the receiver verified."""
    for event in events:
        review = event["data"]["review"]
        if review.get("title") == "Karmalink":
            offers = [f"{offer['kind']}: {offer['name']}" for offer in review["offers"]]
            block(
                "the event, as the receiver verified it",
                [f"{event['type']}  {review['id']}", f"{review['rating']['text']}; {', '.join(offers)}"],
            )


def verdict(site: Path, events: list[dict[str, Any]], *, same: bool, quiet: bool) -> int:
    """Say whether all of it worked: `same` as the committed feeds at first, and no run or message amiss (`quiet`)."""
    heading("6. what came out")
    feed = json.loads((site / "feeds" / "feed.json").read_text(encoding="utf-8"))
    live = len(feed["items"])
    kinds = [event["type"] for event in events]
    told = (
        "byte for byte those of feeds/ in this repository"
        if same
        else "DIFFERENT from feeds/ in this repository"
    )
    print(f"   {live} live reviews in three feeds, at first {told}")
    print(
        f"   {len(events)} events received and verified, none twice on the second run, the last one {kinds[-1] if kinds else None}"
    )
    expected = ["review.published"] * live + ["review.offers_changed"]
    good = quiet and same and live > 0 and kinds == expected
    print("   everything arrived, and every signature fits" if good else "   SOMETHING WENT WRONG: see above")
    return 0 if good else 1


def heading(text: str) -> None:
    """Print the heading of a step."""
    print(f"\n{text}", flush=True)


def block(title: str, lines: list[str]) -> None:
    """Print some lines under the name of where they come from."""
    print(f"   {title}")
    for line in lines:
        print(f"     | {line[:150]}")


if __name__ == "__main__":
    sys.exit(main())
