"""The phrases that may follow a verb: services, days, countries, purposes; and what may stand behind the last of them.

Like those of `grammar`, the patterns are written for the codes of `sentence.Sentence`.
"""

from __future__ import annotations

import re

from publisher.watch.sentences.grammar import ADVERB as _ADVERB
from publisher.watch.sentences.grammar import SUBJECT

ADVERB = re.compile(_ADVERB)
# "Only available on Shudder in the US" does not say what is only so.
EXCLUSIVE_VERB = re.compile(r"\b(?:exclusively|solely)\b")
EXCLUSIVE = re.compile(
    "(?:exclusively|solely|only(?! (?:until|till|through|for|from|D) )(?! in (?:the )?R (?!N))) "
)
NOW = re.compile(
    r"\b(?:now|currently|already|today|right now|finally|still|presently|at the moment|at present|as of now|as we speak)\b"
)
DATE = re.compile(
    "(?:, )?(?:(?:from|on|starting|beginning|as of|since|starting on|beginning on|of) )?D (?:onwards? )?"
)
SAID_AS_DATE = re.compile("(?:, )?[a-z]")
UNTIL = re.compile("(?:up )?(?:until|till|through|thru) (?:the end of )?D ")
SINCE = re.compile("since (?:(?:early|late|mid) )?V ")
HOLIDAY = re.compile("(?:for )?H ")
_COUNTRIES = "(?:the )?R (?:(?:, and |, or |, |and |or |& |/ )(?:the )?R )*"
REGION = re.compile(
    f"(?:, )?(?:(?:for (?:viewers|audiences|customers|readers) )?(?:in|across|throughout) |within )(?>{_COUNTRIES})(?!N )"
)
CITIES = re.compile(
    "in (?:major|select|selected|several|some|certain|various) (?:R )?(?:cities|markets|locations) "
)
_ACT = "(?:rent|rental|rentals|renting|hire|buy|own|purchase|sale|stream|streaming|watch|download|view|viewing|see|keep)"
PURPOSE = re.compile(
    f"(?:, )?(?:both )?(?:to|for|as a|either to) (?:(?:digital|digitally|online|either|immediate|home|premium|both) )*{_ACT} "
    f"(?:(?:, or |, and |, |or |and |and / or |/ )(?:to |for |digital )?{_ACT} )*(?:it )?(?:online |digitally )?"
    f"|{_ACT} (?:or|and|/) (?:to )?{_ACT} "
    "|(?:, )?(?:for free|free of charge|free|completely free|totally free|entirely free|at no cost) "
    "(?:to (?:watch|stream|view) |streaming )?(?:with (?:ads|adverts|commercials|ad breaks) )?"
    "|with (?:ads|adverts|commercials|ad breaks) "
    "|with (?:a |your )?(?:free |valid |public )*library card "
    "|(?:with|as part of|through) (?:a |an |your |its |the )*(?:N )?(?:subscription|membership|subscription service) "
    "|for (?:N )?(?:subscribers|members) "
)
PREPOSITION = re.compile("(?P<word>on|onto|in|into|to|at|via|through|over|from|across) ")
NAME = re.compile(
    "(?:(?:the|a|an|select|selected|limited|some|all|most|major|other|good|your|local|its|various|many|participating|"
    "art-house|arthouse|independent|imax|your local|of|home|streaming service|streamer|streaming services|the streaming service|"
    "special edition|collector 's edition|limited edition|region-free|region b|region a|new|shiny|streaming giant) )*"
    "(?:R (?:(?:, and |, |and |or |& |/ )?R )*)?(?:select )?(?P<name>N )"
    "(?:(?:platforms?|services?|outlets|stores?|formats?|channel|near you|nationwide|everywhere|worldwide|storefronts|retailers) )*"
)
SEPARATOR = re.compile(
    "(?:, and |, or |, as well as |, plus |, then |, |and |or |/ |& |\\+ |as well as |plus |along with |; (?:and )?)"
)
VERB = re.compile(
    f"(?:(?:it |it 's |it is |is |'s )?(?:{_ADVERB})*(?P<verb>available|streaming|out|playing|showing|screening|opening|arriving|"
    "released|coming|hitting|landing|due out|due|then|hits|lands|arrives|opens|stream it|stream|rent it|rent|buy it|buy|own it|own|watch it|watch) )"
)
# What a distributor is named with: neither is a place where one sees the film.
DISTRIBUTOR = re.compile(
    "(?:, )?(?:via|from|through|by|thanks to|courtesy of) (?:(?!(?:on|in|and|or|at|via|from|but|not|as) )[^ A-Z,;:()—]+ |N )"
    "{1,6}(?=[.,;:)!—] |on |in |D |and |$)"
)
COMMA = re.compile(", ")
FROM_SERVICE = re.compile("(?:via|from|through) (?:the )?N ")
PRICE = re.compile("(?:for|at|from) (?:just |only |about |around )?M ")
PARENTHESIS = re.compile("P ")
# A service that the catalogue does not have, among others that it has.
UNKNOWN_BETWEEN = re.compile(
    "(?:, |and |or )(?!(?:and|or|not|but) )(?:[a-z0-9'!.+-]+ ){1,3}(?=(?:, and |, or |, |and |or |& )(?:the )?N )"
)
# After these, what was read is complete, and what follows says something else.
CLEAN = re.compile(
    '$|[.!;:—,)"] |\\.\\.\\. |(?:and|or you|so|where|thanks|courtesy|after|following|alongside|because|which|ahead|with english|with subtitles) '
)
# What follows takes back or narrows what was read.
BENT = re.compile(
    "[,;:—(]? ?(?:(?:though|although|however|except|unless|if|only|not|just|albeit|until|till|provided|assuming|depending|"
    "or(?! (?:you|viewers|rent|buy|stream) )|yet|for now|for a limited|for one|while) |(?:and |but )(?:not|n't|only|just|nowhere|never|no|soon|leaves|leaving|will (?:not|n't|soon|leave|expire|disappear|vanish|be gone|go)|is not|is leaving|for how long) |"
    "but (?:[^ ]+ ){0,8}(?:not|n't|only|no|leaves|leaving|expires|expiring|if|until|unless|gone|removed|R|soon|elsewhere) |"
    "(?:[^ ]+ ){0,4}(?:isn|aren) )"
)
# Who says it is not sure: "It's streaming on Netflix, I think".
UNSURE = re.compile(
    "[,;—(] (?:or so |at least )?(?:apparently|reportedly|supposedly|allegedly|presumably|probably|perhaps|maybe|possibly|"
    "i (?:think|believe|guess|hear|gather|hope|assume|suppose)|we (?:hear|think|believe)|they say|it seems|or(?! (?:you|viewers|rent|buy|stream) )|rumou?r) "
)
# A day that belongs to what was read, and stands too far from it.
LATER_DAY = re.compile(r"(?<![^ ])(?:from|until|till|through|starting|beginning|since) (?:[DVH]|then) ")
NEXT_CLAUSE = re.compile(
    "; |[,—] (?:and |but |so )?(?:it|this|that|which|who|he|she|they|we|i|you|there) |(?:and|but|so) (?!(?:in|on|at|D|is) )"
)
SIGN = re.compile("(?:[.!;:—,] |\\.\\.\\. )")
# What may be said of a subject: "the film is", "Karmalink rarely rewards". "The documentary about it" and "Karmalink 2" are something else.
_SAID_OF_IT = (
    "(?=(?:(?:never|still|also|always|only|really|even|just|rarely|[a-z]+ly) )?(?:is|was|'s|has|had|will|would|can|may|might|must|should|"
    "does|did|came|made|won|took|got|felt|left|stands|(?!(?:series|sequels|versions|themes|unless|across|besides|towards) )[a-z]{3,}(?:s|ed)(?! by)) )"
)
# After a statement without a subject: its end, or the film; "Now streaming on Netflix: Suspiria" speaks of another one.
ENDED = re.compile(
    f"$|[.!;)] |\\.\\.\\. |,? ?(?:and|so|where) |[,—] (?:and|so|where) |[,—] (?:it |T (?:P )?, |(?!T 's ){SUBJECT}{_SAID_OF_IT})"
)
_COPULA = "(?:is|are|was|were) "
_JOINED = "(?:[,—] )?(?:and|so|where) "
# The subject of a statement may come last: "Now streaming on Shudder and well worth your time is Terrifier".
INVERTED = (
    re.compile(
        f"{_JOINED}(?!(?:it|this|that|you|i|we|he|she|they|there|the|its|his|her|my|our|a|an|T|is|was) )(?:[^ ]+ )*?(?:{_COPULA}|: )"
    ),
    re.compile(f"{_JOINED}(?:[^ ]+ )*?(?:others?|another) (?:[^ ]+ )*?{_COPULA}"),
    re.compile(f"{_JOINED}(?:[^ ]+ )*?, {_COPULA}"),
)
INNER_REGION = re.compile(f"(?:in )?{_COUNTRIES}(?:only )?")
INNER_BENT = re.compile(
    r"\b(?:not|n't|no|never|un\w+|soon|leaving|leaves|until|only|expired|coming|formerly on|was|were|from|if|except|other)\b"
)
INNER_WORK = re.compile(
    r"\b(?:seasons?|parts?|volumes?|series|episodes?|sequels?|prequels?|remakes?|originals?|first|second|third|cuts?|versions?|films?|movies?|"
    r"shorts?|documentar\w+|trailers?|both|all|\d{4}|I{1,3})\b"
)
INNER_COMPANY = re.compile(
    "(?:formerly|previously|owned by|part of|now called|also known as|a\\.k\\.a\\.|aka|née|via|with|through|by) "
)
INNER_QUALITY = re.compile(
    "hd|uhd|sd|4k|imax|3d|vod|digital|free|ad-supported|here|now|streaming|rent|rental|buy|see|link|also|in|only|the|a|an"
)
_ACTS = {
    **dict.fromkeys(("rent", "rental", "rentals", "renting", "hire"), "rent"),
    **dict.fromkeys(("buy", "own", "purchase", "sale", "keep"), "buy"),
    **dict.fromkeys(("stream", "streaming"), "stream"),
    **dict.fromkeys(("free", "cost", "card"), "free"),
    **dict.fromkeys(("ads", "adverts", "commercials", "breaks"), "ads"),
    **dict.fromkeys(("subscription", "membership", "subscribers", "members"), "subscription"),
}


INNER_PURPOSE = re.compile(f"(?:{PURPOSE.pattern}|{_ACT} |free |subscription |{_ACT} (?:only )?)")
INNER_DATE = re.compile("(?:from |on )?D ")


def acts(words: str) -> frozenset[str]:
    """Answer what one does according to a phrase: rent, buy, stream, free, ads, subscription."""
    found = frozenset(_ACTS[word] for word in words.split() if word in _ACTS)
    return found - {"free", "stream"} if "ads" in found else found
