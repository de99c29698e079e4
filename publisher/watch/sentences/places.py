"""Where, when and how: what follows the verb, as far as every word of it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from publisher.watch.sentences import phrases
from publisher.watch.sentences.grammar import Subject, hints_of
from publisher.watch.sentences.known_words import OF_THE_SERVICE
from publisher.watch.sentences.names import Known

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from publisher.watch.sentences.dates import Day
    from publisher.watch.sentences.grammar import Head
    from publisher.watch.sentences.sentence import Item, Sentence


@dataclass(frozen=True, slots=True)
class Place:
    """A service that is named, with what stands beside it alone."""

    item: Item
    regions: tuple[str, ...] = ()
    hints: frozenset[str] = frozenset()


@dataclass(slots=True)
class Group:
    """Services that share a preposition, and with it what is said of how, where and when.

    Attributes:
        preposition: The one they share; `by` where the service is the subject, `hit` where a verb needs none.
        hints: What one does there: rent, buy, stream, free, ads, subscription.
        starts: The day it begins; `ends` is the last day it holds.
        before: Whether the day it begins was said before the services.
        holiday: The words for a holiday that nobody looked up.
        now: Whether it is said to hold now.
        since: Whether it is said to have held for some time.
        settled: Whether countries were named behind the services.
    """

    places: list[Place] = field(default_factory=list)
    preposition: str = ""
    hints: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    starts: Day | None = None
    before: bool = False
    ends: Day | None = None
    holiday: Item | None = None
    now: bool = False
    since: bool = False
    settled: bool = False
    exclusive: bool = False

    @property
    def timed(self) -> bool:
        """Tell whether it says when."""
        return self.starts is not None or self.holiday is not None or self.now or self.since


_ENDING = frozenset({"until", "till", "through"})
_HITTING = frozenset({"hits", "hitting"})


class _Doubt(Exception):
    """Something can be meant in two ways."""


def read_places(sentence: Sentence, head: Head, home: str | None) -> tuple[tuple[Group, ...], int] | None:
    """Read what follows a verb: groups of services, and where in the codes reading ended.

    `home` is the country of the site. None where nothing follows, or something can be meant in two ways. What stands behind the
    last phrase is for `statements` to judge.
    """
    walk = _Walk(sentence, head)
    try:
        walk.read()
        groups = tuple(group for group in walk.groups if group.places)
        if not groups or not walk.ends_well():
            return None
        _share(groups, home)
    except _Doubt:
        return None
    return groups, walk.at


def _share(groups: tuple[Group, ...], home: str | None) -> None:
    """Give a day to the groups that share it: "in theaters and on VOD from July 15", "Available 11/5 on VOD and on Blu-ray"."""
    for number, group in enumerate(groups):
        if group.timed or group.ends is not None:
            continue
        later = next((other for other in groups[number + 1 :] if other.timed), None)
        earlier = groups[number - 1] if number else None
        if later is not None and not later.before:
            group.starts, group.holiday, group.now = later.starts, later.holiday, later.now
        elif earlier is not None and earlier.before:
            group.starts, group.before = earlier.starts, True
        elif earlier is not None and earlier.now and earlier.starts is None:
            group.now = True
        elif later is not None or (earlier is not None and earlier.timed):
            raise _Doubt
    # "On UK DVD and VOD": in the UK both?
    if any(
        len({bool(place.regions) for place in group.places}) > 1 and not group.regions for group in groups
    ):
        raise _Doubt
    # "In UK cinemas now and on Netflix": in the UK, or where the reader is?
    if len({_is_abroad(group, home) for group in groups}) > 1 and not all(map(_has_region, groups)):
        raise _Doubt


def _is_abroad(group: Group, home: str | None) -> bool:
    regions = {*group.regions, *(region for place in group.places for region in place.regions)}
    return bool(regions - {home})


def _has_region(group: Group) -> bool:
    return bool(group.regions) or all(place.regions for place in group.places)


class _Walk:
    """Goes from one phrase to the next."""

    def __init__(self, sentence: Sentence, head: Head) -> None:
        self._sentence = sentence
        self._codes = sentence.codes
        self._head = head
        self.at = head.end
        #: The countries that were named before anything else.
        self._lead: tuple[str, ...] = ()
        self.groups = [self._first()]

    def _first(self) -> Group:
        head, group = self._head, Group(hints=self._head.hints)
        items = self._sentence.between(head.start, head.end)
        for number, item in enumerate(items):
            if item.day is not None and number and items[number - 1].code in _ENDING:
                group.ends = item.day
            elif item.day is not None:
                group.starts, group.before = item.day, True
            if item.region is not None:
                self._lead = (*self._lead, item.region)
        group.now = bool(phrases.NOW.search(head.words))
        group.exclusive = bool(phrases.EXCLUSIVE_VERB.search(head.words))
        if head.seller is not None:
            group.places.append(Place(self._sentence.items[head.seller]))
            group.preposition = "by"
        return group

    @property
    def _group(self) -> Group:
        return self.groups[-1]

    def read(self) -> None:
        """Take in phrases until one is not understood."""
        while self._detail() or self._first_places() or self._goes_on():
            pass
        for group in self.groups:
            if self._lead and group.regions:
                raise _Doubt
            group.regions = group.regions or self._lead

    def ends_well(self) -> bool:
        """Tell whether a statement without a subject is left without one, or is followed by what is said of the film."""
        alone = self._head.subject is not Subject.NONE or self._head.label
        return alone or bool(phrases.ENDED.match(self._codes, self.at))

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._codes, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def _items(self, match: re.Match[str], code: str) -> list[Item]:
        return [item for item in self._sentence.between(*match.span()) if item.code == code]

    def _detail(self) -> bool:
        """Take in a phrase that says something of the services of a group, before them or after."""
        return (
            self._time()
            or self._region()
            or self._purpose()
            or self._aside()
            or self._adverb()
            or self._distributor()
            or any(self._take(pattern) for pattern in (phrases.LANGUAGE, phrases.CITIES, phrases.PRICE))
        )

    def _time(self) -> bool:
        group = self._group
        if until := self._take(phrases.UNTIL):
            group.ends = self._items(until, "D")[0].day
        elif self._take(phrases.SINCE):
            group.since = True
        elif holiday := self._take(phrases.HOLIDAY):
            group.holiday = self._items(holiday, "H")[0]
        elif date := self._take(phrases.DATE):
            if group.starts is not None:
                raise _Doubt
            self._begins(
                self._items(date, "D")[0].day, said=phrases.SAID_AS_DATE.match(date.group()) is not None
            )
        else:
            return False
        return True

    def _begins(self, day: Day | None, *, said: bool) -> None:
        """Take a day; `said` where words make it one, so that it is no rating."""
        group = self._group
        if day is not None and day.like_rating and group.places and not said:
            raise _Doubt
        group.starts, group.before = day, not group.places

    def _region(self) -> bool:
        match = self._take(phrases.REGION)
        if match is None:
            return False
        if self._group.regions and self._group.places:
            raise _Doubt
        self._group.regions += _regions(self._sentence.between(*match.span()))
        self._group.settled = bool(self._group.places)
        return True

    def _purpose(self) -> bool:
        match = self._take(phrases.PURPOSE)
        if match is None:
            return False
        self._group.hints |= phrases.acts(match.group())
        return True

    def _adverb(self) -> bool:
        match = self._take(phrases.ADVERB)
        if match is None:
            return False
        group = self._group
        group.now |= bool(phrases.NOW.search(match.group()))
        if phrases.EXCLUSIVE.match(self._codes, match.start()):
            group.exclusive = True
        return True

    def _distributor(self) -> bool:
        start = self.at
        match = self._take(phrases.DISTRIBUTOR)
        if match is None:
            return False
        named = self._sentence.between(*match.span("who"))
        places = self._group.places
        # A film is streamed from where it is: "on Netflix via NordVPN" names no company that released it.
        opening = not places and phrases.FROM_SERVICE.match(self._codes, start)
        streamed = any(place.item.name and place.item.name.generic is None for place in places)
        if opening or streamed or not all(map(_is_of_a_name, named)):
            self.at = start
            return False
        # "on VOD via iTunes" names a service all the same.
        if any(item.name and item.name.generic is None for item in self._items(match, "N")) and any(
            place.item.name and place.item.name.quality is None for place in self._group.places
        ):
            raise _Doubt
        return True

    def _aside(self) -> bool:
        match = self._take(phrases.PARENTHESIS)
        if match is None:
            return False
        inner = self._items(match, "P")[0].inner
        if inner is None or not self._group.places:
            raise _Doubt
        place = self._group.places[-1]
        if phrases.INNER_REGION.fullmatch(inner.codes):
            self._group.places[-1] = replace(place, regions=_regions([i for i in inner.items if i.region]))
        elif phrases.INNER_PURPOSE.fullmatch(inner.codes):
            hints = phrases.acts(inner.codes)
            if self._group.hints and hints & {"rent", "buy"} - self._group.hints:
                raise _Doubt  # "to rent on Vudu (purchase only)"
            self._group.places[-1] = replace(place, hints=hints)
        elif phrases.INNER_DATE.fullmatch(inner.codes) and self._group.starts is None:
            self._begins(inner.items[-1].day, said=len(inner.items) > 1)
        elif not OF_THE_SERVICE.fullmatch(inner.codes):
            raise _Doubt
        return True

    def _first_places(self) -> bool:
        if self._group.places:
            return False
        start = self.at
        self._take(phrases.COMMA)
        if self._head.label and (verb := self._take(phrases.VERB)):
            self._group.hints |= hints_of(verb.group())
        if self._place():
            return True
        self.at = start
        return False

    def _place(self) -> bool:
        """Take in a service with its preposition, where it needs one."""
        preposition = phrases.PREPOSITION.match(self._codes, self.at)
        start = preposition.end() if preposition else self.at
        name = phrases.NAME.match(self._codes, start)
        if name is None:
            return False
        item = self._sentence.items[self._sentence.number(name.start("name"))]
        alone = item.name is not None and item.name.complete
        if preposition is None and not (
            alone or self._head.direct or self._head.label or self._group.preposition
        ):
            return False
        self.at = name.end()
        if preposition is not None:
            self._group.preposition = preposition["word"]
        elif not self._group.preposition:
            self._group.preposition = "hit"
        self._add(item, name)
        return True

    def _named(self, name: re.Match[str]) -> Known:
        known = self._sentence.items[self._sentence.number(name.start("name"))].name
        return known or Known()

    def _add(self, item: Item, name: re.Match[str]) -> None:
        regions = _regions(self._sentence.between(*name.span()))
        self._group.places.append(Place(item, regions))

    def _goes_on(self) -> bool:
        """Take in one more service, and what leads to it; where none follows, nothing is taken."""
        start = self.at
        if (unknown := phrases.UNKNOWN_BETWEEN.match(self._codes, start)) and all(
            map(_is_of_a_name, self._sentence.between(*unknown.span())[1:])
        ):
            start = self.at = unknown.end()
        if not self._group.places or not self._take(phrases.SEPARATOR):
            return False
        name = phrases.NAME.match(self._codes, self.at)
        group = self._group
        if name is not None and not _is_complete(group) and not self._named(name).complete:
            self.at = name.end()
            self._add(self._sentence.items[self._sentence.number(name.start("name"))], name)
            return True
        verb = self._take(phrases.VERB) or (self._take(phrases.DONE) if self._head.passive else None)
        preposition = group.preposition if verb is None else "hit" if verb["verb"] in _HITTING else ""
        self.groups.append(Group(preposition=preposition, exclusive=group.exclusive))
        while self._detail():
            pass
        if self._place():
            self._inherit(group, verb.group() if verb else None)
            return True
        self.groups.pop()
        self.at = start
        return False

    def _inherit(self, before: Group, verb: str | None) -> None:
        """Let what the group before says hold for the last one, too, as far as that says nothing else."""
        group = self._group
        if verb is not None:
            group.hints |= hints_of(verb)
            group.now |= bool(phrases.NOW.search(verb))
        elif not group.hints and not (group.places[0].item.name and group.places[0].item.name.cinema):
            group.hints = before.hints


def _is_of_a_name(item: Item) -> bool:
    """Tell whether an item may stand in the name of a company or a shop that nobody knows."""
    return item.capital or item.name is not None or item.code in phrases.SMALL_IN_NAMES or item.code.isdigit()


def _is_complete(group: Group) -> bool:
    """Tell whether something was said after the services of a group, so that another one does not join it."""
    return bool(
        (group.starts and not group.before)
        or group.ends
        or group.holiday
        or group.settled
        or any(place.regions or place.hints for place in group.places)
    )


def _regions(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.region for item in items if item.region))
