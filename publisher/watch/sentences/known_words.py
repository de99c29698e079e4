"""What may stand in a sentence beside where a film can be seen: parts that are known, and leave that true.

The world is closed: whatever is not listed here, and is no part of the grammar either, may bend the meaning, and makes the
sentence one that is not understood. What is listed says how a film is, never when, where or for whom it can be seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.watch.sentences.other_works import PARTS, PRAISE
from publisher.watch.sentences.tokens import word_set

if TYPE_CHECKING:
    from publisher.watch.sentences.sentence import Item, Sentence, Vocabulary

_SIGNS = frozenset({",", ";", ":", "—", ".", "!", "...", "-"})
# A film has these as well, but they also speak of where and when it can be seen.
_OF_AVAILABILITY = word_set(
    "beginning opening start end release releases disc question answer world city village house problem trouble festival point joke jokes idea "
    "story tale concept theme premise"
)
#: How a film is.
WORDS = (PARTS | PRAISE) - _OF_AVAILABILITY | word_set(
    "a an the its his her their this it they you we i me us my your and so as is are 's of to for with in on at by from than "
    "that which who what how every each all both one first second third fourth most more best better finest very quite truly "
    "really deeply well such too much even still also utterly genuinely thoroughly wholly surely easily "
    "film movie picture feature debut documentary thriller comedy drama chiller shocker slasher western musical romance mystery fable "
    "gem keeper treat treasure triumph miracle wonder marvel delight pleasure surprise knockout classic success failure mess bore "
    "small little big great good fine lovely patient modest gentle generous slow quick smart clever wise warm cold cool easy watch "
    "dark light bright black white new young old rare true real pure big-hearted hopeful humane lyrical poetic dreamy elegant "
    "thoughtful tense creepy eerie spooky disturbing unsettling chilling touching funny witty sly playful joyous raw honest brave "
    "ambitious original odd wild clear full rich deep subtle lean worth worthy must-see watchable rewatchable "
    "science fiction sci-fi horror crime war ghost love memory childhood folk indie independent animated "
    "deserves rewards earns grips haunts lingers works sings soars shines moves charms enchants delights thrills surprises "
    "frightens scares terrifies unsettles disturbs touches makes takes gives hits hurts rises belongs pays loves raises stands "
    "proves won loved liked enjoyed admired adored recommend love enjoy see crowd attention patience eyes ears soul mind voice "
    "breath tear sound visuals imagery bold beautifully wonderfully brilliantly superbly perfectly highly strongly warmly "
    "has movies films because where"
)
# Where a film was shown and won, and who made it: that may stand before a statement, and not behind it, where it may narrow it.
_BEFORE = word_set(
    "prize prizes award awards jury venice cannes sundance berlin toronto locarno sitges tribeca rotterdam telluride sxsw tiff festival "
    "directed written starring produced"
)
# Words that are harmless in this company only.
_PHRASES = re.compile(
    r"(?<![^ ])(?:"
    r"worth (?:your|the|every|an?|another) (?:time|money|minute|wait|price|evening|trip|ticket|second look|look)|second look|this year|"
    r"of the (?:year|decade|month|week|century|season)|in (?:years|a long time)|of its (?:kind|country|time|genre)|"
    r"at (?:its|her|his|their) best|from (?:start to finish|beginning to end|first to last)|in the public domain|"
    r"on the (?:big|biggest|largest) screen(?: you can(?: find)?)?|with the (?:lights|sound) (?:on|off|up|down|out)|in the dark|"
    r"i (?:ca|can|could) (?:not|n't) recommend it (?:enough|more)|you (?:wo|will) (?:n't|not) (?:regret it|be disappointed)|"
    r"never(?= (?:raises|stops|loses|feels|drags|bores|falters|hurries|wastes|disappoints|takes) )|never lets? (?:go|up)|no excuses|"
    r"do (?:n't|not) miss it|thank you|thanks for reading|(?:i|we) 'd (?:go back|see it again|watch it again)|"
    r"which is free with a library card|(?:final )?(?:grade|rating|score|verdict) : [a-f](?: [+—-])? \.|perfect for a rainy (?:day|night|evening)|"
    r"give it a (?:chance|try|go|watch)|there 's no excuse|for (?:horror |genre )?fans|i had a (?:great|good|wonderful) time(?: with it)?|"
    r"where it belongs|as it should be|take your pick|if you dare|deserves to be (?:seen|loved|known|heard)|"
    r"you (?:should|must|have to|need to) (?:see|watch) it|better than it (?:sounds|looks)"
    r") "
)
# "In Spanish", "in the original Italian with English subtitles": what one hears and reads, and no country.
LANGUAGE = (
    "(?:, )?in (?:the |its |their )?(?:original |native )?J (?:(?:, |and |, and )J )*(?!(?:only|N|R|J|and|,) )"
    "(?:with (?:english |J )?subtitles )?|with (?:english |J )?subtitles "
)
_LANGUAGE = re.compile(f"(?<![^ ]){LANGUAGE}")
_SCORE = re.compile(r"(?<![^ ])\d+(?: \. \d)? (?:/|out of) \d+ (?:stars |butterflies )?")
# "No, it's not on Netflix; it's streaming on Hulu": the services are denied (`denials`), and the clause is understood.
_DENIED_BEFORE = re.compile(
    r"(?<![^ ])(?:no , )?(?:it|T|the film|the movie|this) (?:is |'s )?(?:n't|not|no longer) (?:available |streaming |playing )?(?:on|in) (?:the )?N "
)
_ONCE_ELSEWHERE = re.compile(r"(?<![^ ])and was (?:once|previously|formerly) on N (?=[.!] |$)")
# "And coming soon to VOD", "and due out on the platform later this year": a plan, and so no part of what holds.
_PLANNED = re.compile(
    r"(?<![^ ])(?:and|with|, with|, and) (?:a )?(?:(?:coming|due(?: out)?|headed|heading)(?: V)? (?:on|to) (?:N|the (?:platform|service))(?: V)?|"
    r"N (?:release )?to follow|coming V) (?=[.!] |$)"
)
_MORE_SHOPS = re.compile(
    r"(?:, and |, or |, |and |or )(?:(?<!or )(?:and )?(?:more|others|elsewhere|the like|the rest|so on)|wherever (?:you|one) (?:rent|buy|get|watch|stream)s?(?: or (?:buy|rent))? (?:your )?(?:movies|films|it)|"
    r"(?:most |all |every )?other (?:major )?(?:digital )?(?:platforms?|services?|shops?|outlets?|retailers?)|\.\.\.) "
)
# "It's on Netflix, or you can rent it": the other is true, too.
_OR_RENTED = re.compile("(?:, )?or ")
_RENTED = re.compile("(?:it is |it 's |you )(?:can |available to |also )*(?:rent|buy) ")
# What stands right behind a statement is no part of it only if it begins like this, and names no part of the film:
# "Netflix Kids", "Netflix, the first half".
_NARROWING = re.compile(
    r"(?!(?:[,;:—.!-]|\.\.\.|and|so|where|because|which) )."
    r"|[,;:—] (?:the|this|that|each|every|all|both|one|first|its|his|her|their|my|your) (?:[a-z-]+ ){0,3}(?:[.!;,—]|$)"
)
# "It is available to stream via Apple and came out on DVD": whatever shop that is, the disc came out.
_ELSEWHERE = re.compile(
    "(?:now )?available to (?:rent|buy|stream|watch) (?:online )?(?:on|via|at) (?:[a-z+]+ |N ){1,2}(?:(?:, |and |or )(?:[a-z+]+ |N ){1,2}){0,4}"
)
_BUT_BEFORE = word_set("not n't no never")
_ASIDE = re.compile(
    r"nr|r|g|pg|pg-13|nc-17|tv-ma|tv-14|not|unrated|rated|\d+|min|mins|minutes|dir|directed|by|director|writer|/"
)
_YEAR = len("1977")
#: What an aside behind a service may say of it.
OF_THE_SERVICE = re.compile(
    "(?:(?:formerly|previously)(?: known as| called)? (?:the )?N |owned by (?:[A-Za-z0-9.&'+-]+ ){1,4}|(?:now called|also known as|aka|née) N "
    "|(?:in )?(?:hd|uhd|sd|4k|imax|3d|vod|digital|free|ad-supported|link|here|now|streaming) |(?:link|see|watch|rent|buy) (?:it )?here |M )"
)


def leave_it_true(sentence: Sentence, span: tuple[int, int], vocabulary: Vocabulary) -> bool:
    """Tell whether all that stands between two places of a sentence is known, and leaves true what is stated beside it."""
    start, end = span
    codes = sentence.codes[start:end]
    before = end < len(sentence.codes)
    if before and _OR_RENTED.fullmatch(sentence.codes, start, end) and _RENTED.match(sentence.codes, end):
        return True
    if before and _ELSEWHERE.fullmatch(codes):
        return True
    for known in (_PHRASES, _LANGUAGE, _SCORE, _ONCE_ELSEWHERE, _PLANNED, _MORE_SHOPS):
        codes = known.sub(" ", codes)
    if (
        start
        and not before
        and not sentence.codes.endswith("P ", 0, start)
        and _NARROWING.match(codes.lstrip())
    ):
        return False
    allowed = WORDS | vocabulary.people
    if before:
        allowed |= _BEFORE
        codes = _DENIED_BEFORE.sub(" ", codes)
    if before and sentence.codes.startswith("but ", end):
        allowed |= _BUT_BEFORE
    rest = codes.split()
    return all(code in allowed or code in _SIGNS or code in {"T", "P", "★", "½"} for code in rest) and all(
        is_known_aside(item, vocabulary) for item in sentence.between(start, end) if item.inner is not None
    )


def is_known_aside(item: Item, vocabulary: Vocabulary) -> bool:
    """Tell whether a parenthesis says what a film is: its year, its rating, its director."""
    if item.inner is None:
        return False
    words = [one for one in item.inner.items if one.code not in _SIGNS]
    return all(
        _ASIDE.fullmatch(one.code)
        or one.code in vocabulary.people
        or (one.code == "V" and one.end - one.start == _YEAR)
        for one in words
    )
