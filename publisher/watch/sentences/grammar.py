"""How reviewers begin to say where a film can be seen: who, and the verb; what follows is read by `places`.

The patterns are written for the codes of `sentence.Sentence`: words in lower case, each with a space after it. They let
through what is listed here and nothing else, so that whatever bends the meaning ("not", "yet", "hopes to", "was") makes
the sentence one that is not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.watch.sentences.sentence import Sentence


class Tense(Enum):
    """When a film can be seen, as far as the verb says."""

    #: Now; a day may be given all the same.
    STATE = auto()
    #: On a day, which has to be given: "hits VOD July 15".
    EVENT = auto()
    #: Since a day in the past; whether still, depends on what it was.
    PAST = auto()
    #: From some day on, which has to be given: "has been on Netflix".
    UNTIL_NOW = auto()
    #: There is no verb: "In theaters and on VOD from July 15".
    NONE = auto()


class Subject(Enum):
    """What a sentence says it of."""

    #: The film, by its title.
    NAMED = auto()
    #: Whatever was spoken of before: "it", "the film", "this film".
    PRONOUN = auto()
    #: Nothing: "Now streaming on Shudder".
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a statement.

    Attributes:
        start: Where it begins in the codes; `end` is where what follows begins.
        words: The verb with its adverbs.
        hints: What one does there, as far as it is said: rent, buy, stream, free.
        direct: Whether a place may follow without a preposition.
        label: Whether it is a label with a colon, after which names stand alone.
        seller: The item that is the service, where that came first.
        passive: Whether it says what can be done with the film: "can be rented".
        middle: Where words stand between the subject and the verb that the pattern does not know.
    """

    start: int
    end: int
    tense: Tense
    subject: Subject
    words: str
    hints: frozenset[str] = frozenset()
    direct: bool = False
    label: bool = False
    seller: int | None = None
    passive: bool = False
    middle: tuple[int, int] | None = None


#: Adverbs that change nothing but what `places` looks for: now, only.
ADVERB = (
    "(?:now|currently|already|also|finally|still|presently|today|newly|widely|freely|readily|exclusively|only|solely|"
    "online|right now|right here|just|at last|at the moment|at present|as of now|as of today|as of this writing|at the time of writing|as we speak|once again|at home|"
    "worldwide|nationwide|everywhere|globally|simultaneously|instantly|digitally only|in full|as well|"
    "in high definition|in hd) "
)
_NOUN = (
    "(?:film|movie|picture|feature|documentary|doc|thriller|comedy|drama|chiller|shocker|slasher|western|musical|romance|"
    "mystery|horror-comedy|flick|gem|adaptation|anthology)"
)
_GENRE = (
    "(?:lovely|fine|sweet|strange|quiet|gentle|wonderful|great|horror|sci-fi|science-fiction|crime|action|animated|indie|independent|little|new|short|debut|gothic|"
    "psychological|supernatural|romantic|black|dark|whole|finished|90-minute|found-footage|folk-horror|folk|creature|body-horror) "
)
_TITLE = "T (?:P )?"
_THIS = f"(?:this one |this (?:{_GENRE}){{0,3}}{_NOUN} (?:itself )?)"
_PRONOUN = f"(?:it |this |the (?:{_GENRE}){{0,3}}{_NOUN} (?:itself )?(?:P )?)"
#: What the film may be called.
SUBJECT = f"(?:{_TITLE}|{_THIS}|{_PRONOUN})"
_SUBJECT = (
    f"(?:(?P<named>(?:the |this )?(?:{_GENRE}){{0,2}}(?:{_NOUN} )?{_TITLE})|(?P<pronoun>{_THIS}|{_PRONOUN}))"
)
_OBJECT = f"(?:(?P<named_object>{_TITLE})|(?P<pronoun_object>{_THIS}|{_PRONOUN}))"
_OPENER = (
    "(?:(?:and|but|so|yet|also|now|happily|luckily|thankfully|fortunately|mercifully|today|meanwhile|for now|right now|"
    "currently|at the moment|as of now|as of today|as of this writing|as i write(?: this)?|at the time of writing|at press time|"
    "in the meantime|these days|good news :|the good news :|(?:then )?after a festival run ,|"
    "(?:for (?:anyone|those|everyone) who|if you) missed (?:it|T|the film|this) (?:on|in|at) (?:the )?N|"
    "if (?:you|that|this) (?:are|'re|is|'s|sounds?) (?:curious|interested|intrigued|tempted|up your alley|good|like your thing)|"
    "if you (?:want|wish|would like|'d like|care|dare) to (?:see|watch|stream|catch) (?:it|T|the film|this|the movie)|"
    "(?:(?:starting|beginning) )?(?:on |from |since |as of |starting |beginning |until |till |through )?D|in (?:the )?R|across (?:the )?R|"
    "for (?:viewers|readers|audiences|those|anyone) in (?:the )?R|(?:viewers|readers|audiences) in (?:the )?R) (?:, )?)"
)
_STATE_CORE = "(?:available|streaming|playing|showing|screening|out|viewable|rentable|on release)"
_BE = "(?:is|'s|remains|are)"
_HAS_BEEN = "(?:'s been|has been)"
_DOING = "(?:rent|buy|own|purchase|stream|watch|see|find|catch|download|view|hire)"
_DONE = (
    "(?:rented|bought|owned|purchased|streamed|watched|seen|found|caught|downloaded|viewed|hired|had|enjoyed)"
)
_AND = "(?:, or |, and |, |or |and |/ )"
_PERSON = "(?:you|we|viewers|audiences|readers|anyone|everyone|everybody|fans|subscribers|members|one)"
_EVENT_BASE = (
    "(?:hit|land|arrive|open|premiere|debut|drop|launch|come out|come|begin streaming|start streaming|begin screening|stream|"
    "be released|be out|be available|be streaming|be playing|be showing|be screening|be|release|bow|go|get a release|"
    "receive a release|expand|become available|head|be coming|make its debut|make its premiere)"
)
_FUTURE = "(?:will|'ll|is set to|is due to|is slated to|is scheduled to|is going to|is to)"
_EVENT = (
    "(?:hits|lands|arrives|opens|plays|premieres|debuts|drops|launches|comes out|comes|releases|bows|begins streaming|starts streaming|"
    "begins screening|goes|expands|is released|is being released|is due out|is due|is coming out|is coming|is heading|"
    "is headed|is out|becomes available|makes its debut|makes its premiere|is opening|is arriving|is landing|is hitting|"
    "is premiering|is debuting|is set for release|is scheduled for release|is slated for release)"
)
_EVENT_LOOSE = (
    "(?:opening|arriving|landing|hitting|premiering|debuting|dropping|launching|coming out|coming|due out|due|"
    "to be released|set for release|out)"
)
_PAST = (
    "(?:hit|landed|arrived|opened|premiered|debuted|dropped|launched|came out|came|was released|bowed|began streaming|"
    "started streaming|got released|released|went)"
)
_PERFECT = "(?:landed|arrived|hit|dropped|come out|come|been released|debuted|opened|premiered|gone|made its way|been made available)"
# Each alternative is a form of verb; the name of its group says which.
_VERB = (
    f"(?:(?P<state>{_BE} (?:{ADVERB})*(?:{_STATE_CORE} |(?=(?:on|in|at|free) )))"
    f"|(?P<until_now>{_HAS_BEEN} (?:{ADVERB})*(?:{_STATE_CORE} |(?=(?:on|in|at|free) )))"
    f"|(?P<future>{_FUTURE} (?:{ADVERB})*{_EVENT_BASE} )"
    f"|(?P<perfect>(?:has|'s) (?:{ADVERB})*{_PERFECT} )"
    f"|(?P<passive>can (?:{ADVERB})*be (?:{ADVERB})*{_DONE} (?:{_AND}{_DONE} )*)"
    f"|(?P<event>(?:{ADVERB})*{_EVENT} )"
    f"|(?P<past>(?:{ADVERB})*{_PAST} )"
    f"|(?P<streams>(?:{ADVERB})*streams ))"
)
_LOOSE = (
    f"(?:(?P<loose_state>(?:{ADVERB})*{_STATE_CORE} )"
    f"|(?P<loose_past>(?:{ADVERB})*(?:newly )?released )"
    "|(?P<loose_now>(?:now|currently) (?=(?:on|in) ))"
    f"|(?P<loose_event>(?:{ADVERB})*{_EVENT_LOOSE} ))"
)
_START = f"(?:{_OPENER})*+"
_TENSES = {
    "state": Tense.STATE,
    "perfect": Tense.STATE,
    "until_now": Tense.UNTIL_NOW,
    "passive": Tense.STATE,
    "streams": Tense.STATE,
    "doing": Tense.STATE,
    "sells": Tense.STATE,
    "copied": Tense.STATE,
    "loose_state": Tense.STATE,
    "loose_now": Tense.STATE,
    "future": Tense.EVENT,
    "event": Tense.EVENT,
    "loose_event": Tense.EVENT,
    "loose_future": Tense.EVENT,
    "sells_later": Tense.EVENT,
    "past": Tense.PAST,
    "loose_past": Tense.PAST,
}
# "Karmalink is streaming", "Karmalink, which is streaming", "Karmalink, now streaming", "Karmalink: now streaming".
_STATEMENT = re.compile(f"{_START}{_SUBJECT}(?:(?:, (?:which|that) |which |that )?{_VERB}|[,—:] {_LOOSE})")
# "Karmalink, directed by Jake Wachtel, is streaming"; "Karmalink, the novel, is available" speaks of the novel.
_APPOSED = re.compile(f"{_START}{_SUBJECT}, (?P<middle>(?!the |this |that )(?:[^ ,]+ ){{1,8}}), {_VERB}")
# What is said of a film before it is said where it can be seen; "who" or "he" would make it somebody else.
_EARLIER_VERB = (
    "(?:won|premiered|opened|played|was|is|'s|has|made|hit|came|debuted|screened|received|got|earned|runs|clocks|took|bowed|"
    "arrived|landed|remains|deserves|showed|released|had|lasts|rewards|looks)"
)
_MIDDLE = "(?!(?:;|:|—|who|whom|whose|that|which|where|when|as|he|she|they|if|while|than) )[^ ]+"
# "It won a prize at Cannes and is now streaming".
_LATER_VERB = re.compile(
    f"{_START}{_SUBJECT}{_EARLIER_VERB} (?P<middle>(?:{_MIDDLE} ){{0,30}}?)(?:, )?(?:and|but) (?:then )?"
    f"(?:{_VERB}|(?P<loose_event>{_EVENT_LOOSE} ))"
)
_SAID_OF_NOTHING = re.compile(f"{_START}(?:{_LOOSE}|(?P<loose_future>will (?:{ADVERB})*{_EVENT_BASE} ))")
_ABOUT_READERS = re.compile(
    f"{_START}{_PERSON} (?:(?P<doing>(?:can|are able to) (?:{ADVERB})*{_DOING} (?:{_AND}{_DOING} )*)"
    f"|(?P<finding>(?:'ll|will) (?:{ADVERB})*find )){_OBJECT}(?:{_STATE_CORE} )?"
)
# Advice says where a film is only if it knows the price, too: "Rent it for $3.99 on Apple TV".
_ADVISED = re.compile(
    f"(?P<doing>(?:rent|buy|stream|watch|see|own) ){_OBJECT}"
    "(?=(?:now |today |right now )?(?:for (?:just |only |about )?M |(?:for )?free ))"
)
_SOLD = re.compile(
    f"{_START}(?P<seller>N )(?:(?P<sells>(?:is (?:{ADVERB})*(?:streaming|showing)|streams) )"
    f"|(?P<sells_later>(?:will |is set to )?(?:begins?|starts?|will begin|will start) streaming |(?:will )?(?:premieres?|debuts?|stream) ))"
    f"{_OBJECT}"
)
_COPIED = re.compile(
    f"{_START}(?P<copied>(?:an? |the )digital (?:copy|version) )(?:of {_OBJECT})?(?:can (?:{ADVERB})*be (?:found|bought|purchased|had) |"
    f"is (?:{ADVERB})*available )"
)
_LABEL = re.compile(
    "(?:(?P<where>(?:where|how) to (?:watch|see|stream|find|view)(?: it| T| the film| the movie| this film)?)"
    "|(?P<labelled>(?:now |currently )?(?:(?:available|streaming|playing|showing|stream|rent|buy|watch|own|purchase|availability)"
    "(?: or rent| or buy| / rent| / buy| and buy)?)(?: it)?(?: now)?(?: on| at| in| via)?)) : "
)
_WITHOUT_VERB = re.compile(f"{_START}(?:{ADVERB})*(?=(?:on|in|at) )")
# After these a clause can begin; "Wachtel's Karmalink" begins one, too.
_BOUNDARY = re.compile(r"(?<![^ ])(?:(?:[;:—,]|and|or|but|so|\.\.\.|\.) |'s (?=T ))")


def heads(sentence: Sentence) -> Iterator[Head]:
    """Yield every beginning of a statement that a sentence may have."""
    codes = sentence.codes
    if (label := _LABEL.match(codes)) is not None:
        yield _label(label)
        return
    if (said := _SAID_OF_NOTHING.match(codes)) is not None:
        yield _head(said, sentence, Subject.NONE)
    if (advised := _ADVISED.match(codes)) is not None:
        yield _head(advised, sentence)
    starts = [0, *(match.end() for match in _BOUNDARY.finditer(codes))]
    for start in starts:
        for pattern in (_STATEMENT, _APPOSED, _ABOUT_READERS, _SOLD, _COPIED):
            if (match := pattern.match(codes, start)) is not None:
                yield _head(match, sentence)
    if (match := _LATER_VERB.match(codes)) is not None:
        yield _head(match, sentence)
    if (match := _WITHOUT_VERB.match(codes)) is not None:
        yield Head(0, match.end(), Tense.NONE, Subject.NONE, match.group())


def loose_head(sentence: Sentence, subject: Subject) -> Head | None:
    """Return the beginning of a statement that stands in a parenthesis behind its subject."""
    match = _SAID_OF_NOTHING.match(sentence.codes)
    return _head(match, sentence, subject) if match else None


def subject_before(sentence: Sentence, end: int) -> Subject | None:
    """Tell what the film is called by the clause that goes up to a place; None where that says more, or something else."""
    starts = [0, *(match.end() for match in _BOUNDARY.finditer(sentence.codes, 0, end))]
    match = _ONLY_SUBJECT.fullmatch(sentence.codes, starts[-1], end)
    return (Subject.NAMED if match["named"] else Subject.PRONOUN) if match else None


_ONLY_SUBJECT = re.compile(_START + _SUBJECT)


def _head(match: re.Match[str], sentence: Sentence, subject: Subject | None = None) -> Head:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    form = next((name for name in groups if name in _TENSES), "state")
    if subject is None:
        named = "named" in groups or "named_object" in groups
        subject = Subject.NAMED if named else Subject.PRONOUN
    words = groups.get(form, match.group())
    return Head(
        match.start(),
        match.end(),
        _TENSES[form],
        subject,
        match.group(),
        hints=frozenset({"buy"}) if form == "copied" else hints_of(words),
        direct=bool(_DIRECT.search(words)),
        seller=sentence.number(match.start("seller")) if "seller" in groups else None,
        passive=form == "passive",
        middle=match.span("middle") if "middle" in groups else None,
    )


def _label(match: re.Match[str]) -> Head:
    return Head(
        0,
        match.end(),
        Tense.STATE,
        Subject.NONE,
        match.group(),
        hints=hints_of(match["labelled"] or ""),
        label=True,
    )


_DIRECT = re.compile("(?:hit|hits|hitting) $")
_HINTS = {
    "rent": "rent",
    "rented": "rent",
    "hire": "rent",
    "hired": "rent",
    "rentable": "rent",
    "buy": "buy",
    "bought": "buy",
    "own": "buy",
    "owned": "buy",
    "purchase": "buy",
    "purchased": "buy",
    "stream": "stream",
    "streamed": "stream",
    "streaming": "stream",
    "streams": "stream",
}


def hints_of(words: str) -> frozenset[str]:
    """Answer what one does, as far as verbs say it: rent, buy, stream."""
    return frozenset(_HINTS[word] for word in words.split() if word in _HINTS)
