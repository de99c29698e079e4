"""The phrases that may follow a verb: services, days, countries, purposes; and what may stand behind the last of them.

Like those of `grammar`, the patterns are written for the codes of `sentence.Sentence`.
"""

from __future__ import annotations

import re

from publisher.watch.sentences.grammar import ADVERB as _ADVERB
from publisher.watch.sentences.grammar import SUBJECT
from publisher.watch.sentences.known_words import LANGUAGE as _LANGUAGE

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
    f"(?:, )?(?:here )?(?:(?:for (?:viewers|audiences|customers|readers) )?(?:in|across|throughout) |within )(?>{_COUNTRIES})(?!(?:(?:and |or |, |& |/ )?J )*N )"
)
LANGUAGE = re.compile(_LANGUAGE)
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
    "|(?:with|as part of|through) (?:a |an |your |its |the )*(?:subscription|membership|subscription service) "
    "|for (?:subscribers|members) "
)
PREPOSITION = re.compile("(?P<word>on|onto|in|into|to|at|via|through|over|from|across) ")
NAME = re.compile(
    "(?:(?:the|a|an|select|selected|limited|some|all|most|major|other|good|your|local|its|various|many|participating|"
    "art-house|arthouse|independent|imax|your local|of|home|streaming service|streamer|streaming services|the streaming service|"
    "special edition|collector 's edition|limited edition|new|shiny|streaming giant) )*"
    "(?:[RJ] (?:(?:, and |, |and |or |& |/ )?[RJ] )*)?(?:select )?(?P<name>N )"
    "(?:(?:platforms?|services?|outlets|stores?|formats?|near you|nationwide|everywhere|worldwide|storefronts|retailers) )*"
)
SEPARATOR = re.compile(
    "(?:, and |, or |, as well as |, plus |, then |, |and |or |/ |& |as well as |along with |; (?:and )?)"
)
VERB = re.compile(
    f"(?:(?:it |it 's |it is |is |'s )?(?:will (?:be )?)?(?:{_ADVERB})*(?P<verb>available|streaming|out|playing|showing|screening|opening|arriving|"
    "released|coming|hitting|landing|due out|due|then|hits|lands|arrives|opens|stream it|stream|rent it|rent|buy it|buy|own it|own|watch it|watch) |(?:it )?will be (?=(?:on|in) ))"
)
# "It can be streamed on MUBI, rented on Apple TV or bought on disc".
DONE = re.compile("(?P<verb>rented|bought|purchased|streamed|watched|seen) ")
# What a distributor is named with: neither is a place where one sees the film.
DISTRIBUTOR = re.compile(
    "(?:, )?(?:via|from|through|by|thanks to|courtesy of) (?P<who>(?:(?!(?:on|in|and|or|at|via|from|but|not|as|vpn) )[^ A-Z,;:()—]+ |N )"
    "{1,6})(?=[.,;:)!—] |on |in |D |and |$)"
)
SMALL_IN_NAMES = frozenset({"of", "the", "&", "'s", "'d", "!", "."})
COMMA = re.compile(", ")
FROM_SERVICE = re.compile("(?:via|from|through) (?:the )?N ")
PRICE = re.compile("(?:for|at|from) (?:just |only |about |around )?M ")
PARENTHESIS = re.compile("P ")
# A service that the catalogue does not have, among others that it has.
UNKNOWN_BETWEEN = re.compile(
    "(?:, |and |or )(?!(?:and|or|not|but) )(?:[a-z0-9'!.+-]+ ){1,3}(?=(?:, and |, or |, |and |or |& )(?:the )?N )"
)
# What may be said of a subject: "the film is", "Karmalink rarely rewards". "The documentary about it" and "Karmalink 2" are something else.
_SAID_OF_IT = (
    "(?=(?:(?:never|still|also|always|only|really|even|just|rarely|[a-z]+ly) )?(?:is|was|'s|has|had|will|would|can|may|might|must|should|"
    "does|did|came|made|won|took|got|felt|left|stands|(?!(?:series|sequels|versions|themes|unless|across|besides|towards) )[a-z]{3,}(?:s|ed)(?! by)) )"
)
# After a statement without a subject: its end, or the film; "Now streaming on Netflix: Suspiria" speaks of another one.
ENDED = re.compile(
    f"$|[.!;)] |[,—] (?:enjoy|highly recommended) |\\.\\.\\. |,? ?(?:and|so|where) |[,—] (?:and|so|where) |[,—] (?:it |T (?:P )?, |(?!T 's ){SUBJECT}{_SAID_OF_IT})"
)
INNER_REGION = re.compile(f"(?:in )?{_COUNTRIES}(?:only )?")
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
