"""`publisher attach`: show where each film can be watched, ask sources, and write down what they know."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.completing import complete_posts
from publisher.cli.console import Console
from publisher.cli.options import (
    SiteCommand,
    json_option,
    now_option,
    output_options,
    site_option,
    site_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.cli.bar import Bar
    from publisher.watch.lookup import Asked
    from publisher.watch.sources import Candidate, Connection, SourceFault
    from publisher.watch.sources.terms import Doubt

# Posts that are named in a line.
_MOST_NAMED = 10


@click.command(cls=SiteCommand)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...", shell_complete=complete_posts
)
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Whom to ask: text, the posts' own sentences; tmdb; streaming-availability. Default: text, and every "
    "source that the site has a key for.",
)
@click.option(
    "--region", metavar="CODES", help="The countries to ask about, such as US,GB. Default: the site's."
)
@click.option(
    "--write", is_flag=True, help="Write what is new, changed and gone; nothing that an editor wrote."
)
@click.option("--refresh", is_flag=True, help="Ask anew for what earlier runs were answered.")
@click.option(
    "--quota", is_flag=True, help="Show how many requests of this month are used and left; ask nobody."
)
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def attach(
    ctx: click.Context,
    paths: tuple[Path, ...],
    sources: tuple[str, ...],
    region: str | None,
    write: bool,
    refresh: bool,
    quota: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show where each film can be watched, as readers will see it, and what sources know of it now.

    A source is asked when the site has a key for it, in the environment or in its folder of secrets; --from names those
    to ask. `--from text` reads the posts' own sentences only, and nothing leaves this machine. For each film it shows
    what is new (+), changed (~), gone (-) and, with -v, kept (=).

    --write puts that into `watch:` of the post, or beside the posts where publisher.toml says so; `publisher undo` takes
    all of it back. It changes nothing that an editor wrote: an offer in which you changed anything is yours (*). What was
    not written is in no feed. Where a source cannot tell which film is meant you are asked on a terminal, and your answer
    is remembered; elsewhere the films it may be are listed. About a draft or a scheduled review sources are asked only
    when PATH names its file.

    The exit status is 3 when a source gave no answer for some film or could not tell which one is meant, and 5 when a post
    could not be changed.

    \b
    Examples:
      publisher attach posts/karmalink.md
      publisher attach --from tmdb --region US,GB --write
      publisher attach --quota
    """
    from publisher.cli.bar import Bar
    from publisher.cli.surveys import Teller
    from publisher.watch.comparison import TEXT
    from publisher.watch.sources.terms import doubts

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site).astimezone(site.zone)
    names = [name.strip() for names in sources for name in names.split(",") if name.strip()]
    connections = publisher.connect_sources(site, names, moment, refresh=refresh)
    if quota:
        _tell_quota(connections, console)
        return
    regions = publisher.regions_to_ask(region, site, connections)
    found = publisher.read_posts(site, paths, now=moment).require_valid().posts
    posts = [post for post in found if post.review.film is not None]
    teller, run = Teller(site, moment), _Run(doubts=list(doubts(site)))
    journal = publisher.attach_journal(site)
    with Bar(console, len(posts) if connections else 0, "films") as bar:
        for survey in publisher.survey(
            posts,
            site,
            connections,
            regions,
            now=moment,
            sentences=not names or TEXT in names,
            choose=lambda post, asked: _asked_which(post, asked, console, bar),
            named={path.resolve() for path in paths if path.is_file()},
        ):
            kept = publisher.KeptOffers(survey.post, ())
            if survey.refused is not None:
                run.refusals.append((survey.post.name, survey.refused))
            elif write:
                # Where that cannot be done, the others are written all the same.
                try:
                    kept = publisher.keep_offers(site, survey, moment, journal)
                except publisher.Refused as refusal:
                    run.refusals.append((survey.post.name, refusal))
            bar.clear()
            teller.tell(survey, kept.post, console)
            run.add(survey, kept)
            if json:
                run.reviews.append(
                    {**teller.data(survey, kept.post), "written": [one.name for one in kept.files]}
                )
            for file in kept.files:
                console.step("written", file.name)
            _tell_refusal(run, console)
            bar.step()
    _tell_end(run, console, site_folder, write=write)
    ctx.exit(run.status)


@dataclass(slots=True)
class _Run:
    """What a run came to."""

    films: int = 0
    news: int = 0
    written: int = 0
    unanswered: dict[str, list[tuple[str, SourceFault]]] = field(default_factory=dict)
    undecided: dict[str, list[str]] = field(default_factory=dict)
    refusals: list[tuple[str, publisher.PublisherError]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    credited: set[str] = field(default_factory=set)
    told: int = 0

    def add(self, survey: publisher.Survey, kept: publisher.KeptOffers) -> None:
        """Count a film."""
        self.films += 1
        self.news += any(comparison.differs for comparison in survey.comparisons)
        self.written += len(kept.files)
        review = kept.post.review
        named = (listing.terms.source for listing in (*review.watch, *review.found))
        self.credited.update(source for source in named if source)
        for asked in survey.asked:
            if asked.found is not None and not asked.found.unknown:
                self.credited.add(asked.source)
            if asked.fault is not None:
                self.unanswered.setdefault(asked.source, []).append((survey.post.name, asked.fault))
            if asked.found is not None and asked.found.candidates:
                self.undecided.setdefault(asked.source, []).append(survey.post.name)

    @property
    def status(self) -> int:
        """The exit status it ends with."""
        if self.refusals:
            return max(error.exit_code for _, error in self.refusals)
        return publisher.Unanswered.exit_code if self.unanswered or self.undecided else 0


def _tell_refusal(run: _Run, console: Console) -> None:
    """Tell what could not be written, once, with the lines to write by hand."""
    for _, refusal in run.refusals[run.told :]:
        console.step("refused", refusal.message, "error")
        console.say(*(f"  {line}" for line in (refusal.hint or "").splitlines()))
    run.told = len(run.refusals)


def _asked_which(post: publisher.Post, asked: Asked, console: Console, bar: Bar) -> Candidate | None:
    """Ask a person at a terminal which film is meant; None where there is nobody, or nobody who knows."""
    from publisher.cli.asking import somebody_there
    from publisher.cli.surveys import question
    from publisher.diagnostics.render import visible

    if asked.found is None or not somebody_there(console):
        return None
    bar.clear()
    lines = list(question(post, asked))
    for line in lines:
        console.echo(visible(line), err=True)
    number = click.prompt(
        "Its number, or 0 for none of them", type=click.IntRange(0, len(lines) - 1), default=0, err=True
    )
    return asked.found.candidates[number - 1] if number else None


def _tell_quota(connections: Sequence[Connection], console: Console) -> None:
    quotas = [(connection.source, connection.wire.quota()) for connection in connections]
    console.data(
        quotas=[
            {"source": source.key, "month": one.month, "used": one.used, "limit": one.limit, "left": one.left}
            for source, one in quotas
        ]
    )
    for source, one in quotas:
        unknown = (
            "no limit is known"
            if source.access.quota_headers is None
            else "its limit is not known before it answers"
        )
        limit = unknown if one.limit is None else f"{one.left} of {one.limit} left"
        console.say(f"{source.name} ({source.key}): {one.used} requests used in {one.month}, {limit}")
    if not quotas:
        console.say("the site has no key for any source, and has asked none")


def _tell_end(run: _Run, console: Console, site_folder: Path, *, write: bool) -> None:
    """Tell what the run came to, and what is to be said wherever the sources' offers are shown."""
    from publisher.watch.sources import credits_of

    owed = credits_of(run.credited)
    console.data(
        reviews=run.reviews,
        wrote=write,
        attributions=[{"text": one.text, "url": one.url} for one in owed],
        warnings=[doubt._asdict() for doubt in run.doubts],
        unanswered={source: len(faults) for source, faults in run.unanswered.items()},
        undecided={source: len(names) for source, names in run.undecided.items()},
        refused=[
            {"file": name, "message": refusal.message, "hint": refusal.hint} for name, refusal in run.refusals
        ],
    )
    there = site_words(site_folder)
    if run.news and not write:
        console.step(
            "next", f"`publisher attach --write{there}` writes what is new, changed and gone", "help"
        )
    elif write and run.written:
        what = "it" if run.written == 1 else f"all {run.written} files"
        console.step("next", f"look at the difference; `publisher undo{there}` takes {what} back", "help")
    for doubt in run.doubts:
        console.step("terms", doubt.message, "warning")
        console.say(f"           {doubt.help}")
    for one in owed:
        console.say(f"{one.text} {one.url}")
    if console.json:
        return
    _tell_unanswered(run, console)
    if run.refusals and console.quiet:
        for _, refusal in run.refusals:
            console.fail(
                publisher.Refused(
                    refusal.message, "run it again without --quiet for the lines to write by hand"
                )
            )


def _tell_unanswered(run: _Run, console: Console) -> None:
    """Tell of which films nothing was learnt, and what helps."""
    for source, faults in run.unanswered.items():
        end = next((fault for _, fault in faults if fault.stops), None)
        if console.quiet and end is None:
            for name, fault in faults:
                console.fail(publisher.Unanswered(f"{name}: {source}: {fault.message}", fault.help))
            continue
        helps = {end.help} if end else {fault.help or "run the command again" for _, fault in faults}
        way_out = helps.pop() if len(helps) == 1 else "what helps is said of each"
        console.fail(
            publisher.Unanswered(
                f"{source} gave no answer for {_films(faults)}{f': {end.message}' if end else ''}",
                "; ".join(filter(None, ["what is written of them stays as it is", way_out])),
            )
        )
    for source, names in run.undecided.items():
        which = ": " + ", ".join(names[:_MOST_NAMED]) if console.quiet else ""
        more = f" and {len(names) - _MOST_NAMED} more" if which and len(names) > _MOST_NAMED else ""
        console.fail(
            publisher.Unanswered(
                f"{source} cannot tell which film is meant by {_posts(names)}{which}{more}",
                "what is written of them stays as it is; see that film.ids, title, year and directors are right, or answer the "
                "question on a terminal",
            )
        )


def _films(faults: Sequence[object]) -> str:
    return "1 film" if len(faults) == 1 else f"{len(faults)} films"


def _posts(names: Sequence[object]) -> str:
    return "1 post" if len(names) == 1 else f"{len(names)} posts"
