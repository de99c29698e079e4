"""What is wrong between posts: two that claim the same, links that lead to none, tags that differ by a slip."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest, nearest_of_each
from publisher.model import Status
from publisher.posts.identifiers import alike
from publisher.posts.links import key_of, keys_before
from publisher.posts.reading import locate, locate_links, reopen
from publisher.values.characters import quote
from publisher.values.identifiers import fresh_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic, Report, Span
    from publisher.posts.reading import Checked, Post
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

# A tag that so many posts have is one that the site uses on purpose.
_COMMON = 3
# Tags are words of all kinds: only those that differ in a letter of many are taken for each other.
_SLIP = 0.8
# Finding what a link may mean takes a look at every post: nobody needs that a hundred times over.
_MOST_SUGGESTIONS = 100


@dataclass(frozen=True, slots=True)
class _Member:
    """What one post has that concerns others; ten thousand of these are held at once."""

    path: Path
    name: str
    id: str | None
    slug: str | None
    key: str | None = None
    status: Status | None = None
    date: datetime | None = None
    films: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()


@dataclass(slots=True)
class _Findings:
    """Faults of many files; each file is read again when the first of its own is found, and only then."""

    site: Site
    contents: Callable[[Path], bytes]
    reports: dict[str, Report] = field(default_factory=dict)

    def report(self, member: _Member) -> Report:
        """Return the report on a post."""
        report = self.reports.get(member.name)
        if report is None:
            report = reopen(self.contents(member.path), member.name, self.site)
            self.reports[member.name] = report
        return report

    def add(self, member: _Member, code: str, path: KeyPath, message: str, help: str) -> None:
        """Note a fault of the value at a path of a post's front matter."""
        report = self.report(member)
        report.add(code, locate(report.source, path), message, help=help)


class Between:
    """Gathers what posts have in common, and finds what is wrong with that."""

    def __init__(self, site: Site, contents: Callable[[Path], bytes]) -> None:
        """Take the site, and what answers the bytes of a file."""
        self._site = site
        self._contents = contents
        self._members: list[_Member] = []

    def add(self, post: Post) -> None:
        """Take in a post without errors."""
        review = post.review
        film = review.film if review.status is not Status.RETRACTED else None
        self._members.append(
            _Member(
                post.path,
                post.name,
                review.id,
                review.slug,
                key=key_of(review, self._site),
                status=review.status,
                date=review.date,
                films=_films(film.title, film.year, film.ids) if film else (),
                tags=tuple(map(sys.intern, review.tags)),
                links=tuple(map(sys.intern, post.links)),
                previous=tuple(keys_before(review, self._site)),
            )
        )

    def add_faulty(self, path: Path, checked: Checked, id: str | None, slug: str | None) -> None:
        """Take in a post with errors, as far as it could be read."""
        front = checked.front
        film = front.film if front and front.status is not Status.RETRACTED else None
        self._members.append(
            _Member(
                path,
                self._site.display(path),
                id,
                slug,
                date=front.date.at if front and front.date else None,
                films=_films(film.title, film.year, film.ids.model_dump(exclude_none=True)) if film else (),
                tags=tuple(map(sys.intern, front.tags)) if front else (),
                links=tuple(map(sys.intern, checked.links)),
            )
        )

    def faults(self) -> list[Diagnostic]:
        """Return everything that is wrong between the posts taken in."""
        findings = _Findings(self._site, self._contents)
        self._clashes(findings)
        self._addresses(findings)
        self._films(findings)
        self._tags(findings)
        self._links(findings)
        return [fault for report in findings.reports.values() for fault in report.diagnostics]

    def _clashes(self, findings: _Findings) -> None:
        ids: dict[str, _Member] = {}
        slugs: dict[str, _Member] = {}
        for member in self._members:
            if member.id is not None and (other := ids.setdefault(member.id, member)) is not member:
                for one, two in ((member, other), (other, member)):
                    findings.add(
                        one,
                        "duplicate-id",
                        ("id",),
                        f"the id is that of {two.name} too",
                        _way_out_of_one_id(one, two),
                    )
            if member.slug and (other := slugs.setdefault(alike(member.slug), member)) is not member:
                for one, two in ((member, other), (other, member)):
                    findings.add(
                        one,
                        "duplicate-slug",
                        ("slug",),
                        _same_slug(one, two),
                        "give one of them another slug",
                    )

    def _addresses(self, findings: _Findings) -> None:
        found_at = {member.key: member for member in self._members if member.status is Status.READY}
        for member in self._members:
            for number, key in enumerate(member.previous):
                other = found_at.get(key, member)
                if other is not member:
                    findings.add(
                        member,
                        "previous-taken",
                        ("previous", number),
                        f"{other.name} is found at this address now",
                        "old links to this review lead to that one; give that one another slug, or remove the line",
                    )

    def _films(self, findings: _Findings) -> None:
        first: dict[str, _Member] = {}
        for member in self._members:
            others = {id(other): other for film in member.films if (other := first.get(film))}
            for other in list(others.values())[:1]:
                for one, two in ((member, other), (other, member)):
                    findings.add(
                        one,
                        "film-twice",
                        ("film", "title"),
                        f"{two.name} is a review of this film too",
                        "is one of them a remake? then correct its year or ids; a second opinion is fine as it is",
                    )
            for film in member.films:
                first.setdefault(film, member)

    def _tags(self, findings: _Findings) -> None:
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for member in self._members:
            for tag in member.tags:
                spellings[_folded(tag)][tag] += 1
        usual = {folded: counts.most_common(1)[0][0] for folded, counts in spellings.items()}
        totals = {folded: counts.total() for folded, counts in spellings.items()}
        common = [folded for folded, total in totals.items() if total >= _COMMON]
        rare = [folded for folded, total in totals.items() if total == 1 and common]
        meant = nearest_of_each(rare, common, likeness=_SLIP)
        odd = {tag for folded, counts in spellings.items() for tag in counts if tag != usual[folded]}
        if not odd and not meant:
            return
        for member in self._members:
            for number, tag in enumerate(member.tags):
                folded = _folded(tag)
                if tag in odd:
                    findings.add(
                        member,
                        "tag-case",
                        ("tags", number),
                        f"the tag {quote(tag)} is written {quote(usual[folded])} elsewhere",
                        f"write {usual[folded]}: readers see two tags where one is meant",
                    )
                elif folded in meant:
                    near = usual[meant[folded]]
                    findings.add(
                        member,
                        "tag-rare",
                        ("tags", number),
                        f"no other post has the tag {quote(tag)}",
                        f"did you mean {near}? {totals[meant[folded]]} posts have that",
                    )

    def _links(self, findings: _Findings) -> None:
        targets = _Targets(self._site)
        for member in self._members:
            targets.take(member)
        targets.sound.update(key for member in self._members for key in member.previous)
        for member in self._members:
            doubtful = {key for key in member.links if targets.doubts(key)}
            if not doubtful:
                continue
            report = findings.report(member)
            for span, key in locate_links(report.source, self._site):
                if report.full("link-broken"):
                    break
                if key in doubtful:
                    targets.judge(key, span, report)


class _Targets:
    """What links to reviews can lead to."""

    def __init__(self, site: Site) -> None:
        self._root = site.base_url.removesuffix("/")
        self._hidden: dict[str, _Member] = {}
        self._unread: set[str] = set()
        self._by_slug: dict[str, str] = {}
        self._suggested = 0
        #: The keys of reviews that readers find.
        self.sound: set[str] = set()

    def take(self, member: _Member) -> None:
        """Take in a post."""
        if member.key is None:
            # What the address of a post with errors will be, nobody knows: only its slug is in it.
            self._unread.add(alike(member.slug or ""))
        elif member.status is Status.READY:
            self.sound.add(member.key)
            self._by_slug[member.slug or ""] = member.key
        else:
            self._hidden[member.key] = member

    def doubts(self, key: str) -> bool:
        """Tell whether there is something to say of a link; where it leads to a post with errors, nobody knows."""
        if key in self.sound:
            return False
        return key in self._hidden or self._unread.isdisjoint(map(alike, key.split("/")))

    def judge(self, key: str, span: Span, report: Report) -> None:
        """Say what is wrong with a link whose target is not sound."""
        target = self._hidden.get(key)
        if target is not None:
            draft = target.status is Status.DRAFT
            report.add(
                "link-unpublished",
                span,
                f"this link leads to {target.name}, whose status is {target.status}",
                help="readers find nothing there until it is published"
                if draft
                else "readers find nothing there; link to something else, or leave the link out",
            )
        elif not report.full("link-broken"):
            near = self._near(key)
            report.add(
                "link-broken",
                span,
                "this link has the form of a review's address, and no review is found there",
                help=f"did you mean {near.removeprefix(self._root)}/?"
                if near
                else "check the slug; it is the name of the other post's file, or what its `slug` says",
            )

    def _near(self, key: str) -> str | None:
        if self._suggested >= _MOST_SUGGESTIONS:
            return None
        self._suggested += 1
        slug = nearest(key.rsplit("/", 1)[-1], self._by_slug)
        return self._by_slug[slug] if slug else None


def _way_out_of_one_id(one: _Member, two: _Member) -> str:
    if one.date and two.date and one.date != two.date:
        if one.date < two.date:
            return f"by its date this is the older of the two: let it keep its id, and give {two.name} a fresh one"
        return f"by its date this is the younger of the two: give it a fresh id: {fresh_id()}"
    return f"a copied post needs a fresh id, the older one keeps its own; mint one: id: {fresh_id()}"


def _same_slug(one: _Member, two: _Member) -> str:
    if one.slug != two.slug:
        return f"the slug {quote(one.slug)} cannot be told from {quote(two.slug)}, that of {two.name}"
    whence = ", from the file's name," if one.path.stem == one.slug else ""
    return f"the slug{whence} is that of {two.name} too"


def _films(title: str | None, year: int | None, ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return what identifies a film: its ids, and its title with its year."""
    known = tuple(f"{scheme}:{value}" for scheme, value in ids.items())
    return (*known, f"{_folded(title)} ({year})") if title and year else known


def _folded(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag).casefold().replace(" ", "-")
