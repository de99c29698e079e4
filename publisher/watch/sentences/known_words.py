"""What may stand in a sentence beside where a film can be seen: parts that are known, and leave that true.

The world is closed: whatever is not listed here, and is no part of the grammar either, may bend the meaning, and makes the
sentence one that is not understood. What is listed says how a film is, never when, where or for whom it can be seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.catalogue.names import fold
from publisher.watch.sentences.other_works import PARTS, PRAISE
from publisher.watch.sentences.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.watch.sentences.sentence import Item, Sentence, Vocabulary

_SIGNS = frozenset({",", ";", ":", "—", ".", "!", "...", "-"})
# A film has these as well, but they also speak of where and when it can be seen.
_OF_AVAILABILITY = word_set(
    "beginning opening start end release releases disc question answer world city village house problem trouble festival point"
)
_WORDS = (
    (PARTS | PRAISE) - _OF_AVAILABILITY
    | word_set(
        "a an the its his her their this it they you we i me us my your and so as is are 's 've 'm 'd am be of to for with in on at by from than "
        "that which who what how every each all both one first second third fourth most more best better finest very quite truly "
        "really deeply rather almost well so too much such even still also utterly genuinely thoroughly wholly surely easily "
        "film movie picture feature debut documentary thriller comedy drama chiller shocker slasher western musical romance mystery fable "
        "gem treat treasure triumph miracle wonder marvel delight pleasure surprise knockout classic triumphs success failure mess bore "
        "small little big great good fine lovely patient modest gentle generous slow quick smart clever wise warm cold cool "
        "dark light bright black white new young old rare true real pure big-hearted hopeful humane lyrical poetic dreamy elegant "
        "thoughtful tense creepy eerie spooky disturbing unsettling chilling touching funny witty sly playful joyous raw honest brave "
        "ambitious original odd wild clear full rich deep subtle lean worth worthy must-see watchable rewatchable "
        "science fiction sci-fi horror crime war ghost family love memory grief childhood time-travel folk indie independent animated "
        "deserves deserve rewards reward earns earn asks holds grips haunts lingers works sings soars shines looks sounds feels moves "
        "charms enchants delights thrills surprises frightens scares terrifies unsettles disturbs touches breaks makes takes gives keeps "
        "knows finds lets stays hits hurts rises needs belongs pays tells shows plays loves remains raises stands proves won loved "
        "liked enjoyed admired adored recommend love like enjoy need want see watch seen hear feel believe me feast crowd audience "
        "attention patience time price ticket trip look trouble evening night hour hours minutes eyes ears heart hearts soul mind breath tear tears "
        "sound visuals imagery direction style bold beautifully wonderfully brilliantly superbly perfectly highly strongly warmly "
        "can should must has have crowd head toes seat home movies films prize prizes award awards jury venice cannes sundance "
        "berlin toronto locarno sitges tribeca rotterdam telluride sxsw festival because where fun years"
    )
)
# Words that are harmless in these company only.
_PHRASES = re.compile(
    r"(?<![^ ])(?:"
    r"worth (?:your|the|every) (?:time|money|minute|wait|price|evening)|of the (?:year|decade|month|week|century|season)|this year|in years|for years|"
    r"of its (?:kind|country|time|genre)|at (?:its|her|his|their) best|from (?:start to finish|beginning to end|first to last)|"
    r"on the (?:big|biggest|largest) screen(?: you can(?: find)?)?|with the (?:lights|sound) (?:on|off|up|down|out)|in the dark|"
    r"(?:i )?(?:can|could) (?:not|n't) recommend it (?:enough|more)|you (?:wo n't|will not|won't) (?:regret it|be disappointed)|"
    r"never (?=(?:lets?|raises?|stops?|loses|feels|drags|bores|falters|hurries|wastes|disappoints) )|no excuses|"
    r"(?:do n't|don't|do not) miss it|thank you|thanks for reading|in full|(?:i|we) 'd (?:go back|see it again|watch it again)|go back|"
    r"where it belongs|as it should be|rarely rewards|take your pick|or buy it|if you (?:dare|like)|for (?:free|all)"
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
    r"(?<![^ ])(?:and|with|, with|, and) (?:a )?(?:(?:coming|due(?: out)?|headed|to follow|heading)(?: soon)? (?:on|to) (?:N|the (?:platform|service))(?: V)?|"
    r"N (?:release )?to follow|coming soon(?: to N)?) (?=[.!] |$)"
)
_MORE_SHOPS = re.compile(
    r"(?:, and |, or |, |and |or )(?:wherever (?:you|one) (?:rent|buy|get|watch|stream)s?(?: or (?:buy|rent))? (?:your )?(?:movies|films|it)|"
    r"(?:and )?(?:more|others|elsewhere|the like|the rest|so on)|(?:most |all |every )?other (?:major )?(?:digital )?(?:platforms?|services?|shops?|outlets?|retailers?)|... ) ?"
)
_BUT_BEFORE = word_set("not n't no never but")
_ASIDE = re.compile(
    r"(?:(?:18|19|20)\d\d|nr|not rated|unrated|r|g|pg|pg-13|nc-17|tv-ma|tv-14|12a?|15|18|u|\d+ min(?:utes|s)?|director|writer|[,/.;—-]) "
)
#: What an aside behind a service may say of it.
OF_THE_SERVICE = re.compile(
    "(?:(?:formerly|previously|formerly known as|once|previously known as|owned by|part of|now called|also known as|a\\.k\\.a\\.|aka|née) (?:[A-Za-z0-9.&'+-]+ ){1,4}"
    "|(?:in )?(?:hd|uhd|sd|4k|imax|3d|vod|digital|free|ad-supported|link|here|now|streaming) |(?:link|see|watch|rent|buy) (?:it )?here |M )"
)


def leave_it_true(sentence: Sentence, span: tuple[int, int], vocabulary: Vocabulary) -> bool:
    """Tell whether all that stands between two places of a sentence is known, and leaves true what is stated beside it."""
    start, end = span
    codes = sentence.codes[start:end]
    if not codes:
        return True
    before = end < len(sentence.codes)
    for known in (_PHRASES, _LANGUAGE, _SCORE, _ONCE_ELSEWHERE, _PLANNED, _MORE_SHOPS):
        codes = known.sub(" ", codes)
    allowed = _WORDS | vocabulary.people
    if before:
        codes = _DENIED_BEFORE.sub(" ", codes)
    if before and codes.endswith("but "):
        allowed |= _BUT_BEFORE
    rest = codes.split()
    return all(code in allowed or code in _SIGNS or code in {"T", "P", "★", "½"} for code in rest) and all(
        is_known_aside(item, vocabulary) for item in sentence.between(start, end) if item.inner is not None
    )


def is_known_aside(item: Item, vocabulary: Vocabulary) -> bool:
    """Tell whether a parenthesis says what a film is: its year, its rating, its director."""
    inner = item.inner
    return inner is not None and (
        all(_ASIDE.fullmatch(f"{one.code} ") or one.code in vocabulary.people for one in _words(inner.items))
        or bool(_ASIDE.fullmatch(inner.codes))
    )


def _words(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if fold(item.code) or item.code not in _SIGNS]
