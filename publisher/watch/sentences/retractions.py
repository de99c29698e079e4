"""What takes back what was just said: "Not anymore.", "Just kidding.", "Or it was.", "(Update: it is gone.)".

The patterns are written for the codes of `sentence.Sentence`. A review goes on after it said where its film can be seen, and often
with a "not": "Not for the faint of heart." That speaks of the film; what is listed here speaks of the statement. Where one
cannot tell, the statement is in doubt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.watch.sentences.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.watch.sentences.sentence import Sentence

#: Nobody needs more characters to take something back.
MOST_CHARACTERS = 200
_MOST_WORDS = 12
_SIGNS = r"(?:[.,;:!?—(] |\.\.\. )*+"
_END = r"(?=$|[.,;:!?—)] |\.\.\. )"
_OPENER = (
    "(?:(?:well|oh|ok|okay|ah|alas|sadly|unfortunately|sorry|actually|wait|but|and|yet|or|only|except|rather|although|though|"
    f"however|just|that is|then again|on second thoughts?) {_SIGNS})"
)
_IT = "(?:it|that|this|you|one|they|we|i|the film|the movie|T)"
_HELPING_VERB = (
    "(?:is|'s|was|were|are|can|ca|could|did|does|do|has|had|will|wo|would|used to be|used to) (?:n't |not )?"
)
_ANY = "(?:any|anymore|yet|now|here|there|today|currently|right now|anywhere|everywhere|available|streaming|on (?:the )?N|in (?:the )?R)"
# Words that do nothing but take back.
_RETRACTION = (
    "(?:kidding|joking|psych|sike|oops|whoops|nope|nah|correction|erratum|errata|edit|edited|update|updated|gone(?! are| is)|"
    "removed|expired|pulled|(?:scratch|strike|forget|ignore) (?:it|that|what|the above)|never mind|nevermind|as if|if only|past tense|"
    "blink and|yesterday|previously|formerly|yeah , right|dream on|fat chance|no such luck|no longer|no wait|except|unless|"
    "or (?:so|not|maybe|perhaps|rather|at least)|"
    "i (?:wish|lied|lie|kid|jest|misspoke|was wrong|am kidding|'m kidding|was kidding|am joking|'m joking)) "
)
# These do so where nothing follows.
_ALONE = (
    "(?:no|no more|never|never again|not|not (?:at all|really|quite|exactly|so|true)|false|wrong|untrue|apparently|reportedly|supposedly|"
    f"allegedly|presumably|probably|perhaps|maybe|possibly|i think|i believe|i guess|i hear|they say|in theory|temporarily) {_END}"
)
# "Not in Canada", "Only until Friday".
_NARROWER = (
    f"(?:not (?:{_ANY}|in (?:this|my|your|every|all)|on (?:all|every|any|your|my)|at (?:N|present|the moment)|so fast|if|until|outside|"
    "where|when|for long|for now|for much|for free|free|legally|officially) "
    "|only (?:in (?:the )?R|until|if|for (?:now|a|D|R|N|members|subscribers)) |for (?:another|the next|a few|one more|two more) "
    "|until (?:D|V|H|then|recently|next|last|the end) "
    f"|at least (?:{_IT} (?:was|were|used|did|had|could)|until|not|in (?:the )?R) |in (?:the )?R (?:only )?{_END})"
)
# "It isn't.", "You could.", "It has left the service."
_NO_LONGER_SO = (
    f"(?:{_IT} {_HELPING_VERB}{_END}|{_IT} (?:used to|no longer) "
    f"|{_IT} (?:{_HELPING_VERB})?(?:(?:now|since|already|long|been|just|all) )*(?:gone|removed|pulled|expired|withdrawn|unavailable|"
    f"a lie|a joke|until|no longer|anymore|any more|any longer|taken down|taken off|disappeared|vanished|(?:not|n't) {_ANY}|"
    f"left (?:N|the service|the platform)|(?:left|over|false|wrong|untrue)(?= {_END})) "
    "|so (?:they|people|i|we|he|she) (?:say|says|said|claim|claims|hear|heard|think|thought|'m told|am told|was told|were told) "
    "|(?:the|its) (?:licence|license|rights|deal|listing) "
    f"|that {_HELPING_VERB}(?:then|before|last|yesterday|history|the plan|true|what|no) "
    f"|(?:was|were|could|did|had|used to)(?: be| have)? (?:{_END}|streaming |available |on N |until ))"
)
_TAKING_BACK = re.compile(f"{_SIGNS}{_OPENER}*(?:{_RETRACTION}|{_ALONE}|{_NARROWER}|{_NO_LONGER_SO})")
# Wherever they stand in the first words.
_OF_THE_PAST = re.compile(
    r"(?<![^ ])(?:no longer|anymore|any longer|used to be|taken (?:down|off)|unavailable|(?:just|only) (?:kidding|joking)|"
    r"(?:has|have|had|it) (?:since )?(?:expired|gone|vanished|disappeared)|(?:is|are|was|were|'s) (?:not|n't) (?:there|true|available|streaming)) "
)
#: What a sentence says that speaks of where, when or for whom something can be seen, rather than of the film.
SPEAKS_OF_IT = re.compile(
    r"(?<![^ ])(?:[NRJVH]|leaves?|leaving|left(?! (?:me|us|you|him|her|them|no|little|nothing|a|an|the|my) )|gone|goes away|remov(?:e|es|ed|al)|"
    r"expir(?:e|es|ed|ing)|ends|ended|end(?= soon )|disappear(?:s|ed)|vanish(?:es|ed)|pulled|dropped|departs?|moved(?! me )|moves to|until|till|vpn|"
    r"regions?|region-locked|territor(?:y|ies)|countr(?:y|ies)|abroad|overseas|elsewhere|anywhere|nowhere|subscri(?:be|ption|bers|bed)|accounts?|"
    r"licen[cs]e|licen[cs]ing|platform|service|streamer|streams|streamed|streaming|available|availability|unavailable|geo-blocked|"
    r"errors?|mistaken?|my (?:bad|mistake)|note|last chance|listings|while you can|hurry|wo n't (?:last|be)|for long|vary|varies|"
    r"one of (?:the|them)|i (?:mean|forget|forgot)|which one|outside|internationally|out of print|sold out|oop|canadians|the deal|"
    r"only (?=[.!] |$)) "
)
_FIRST_WORDS = re.compile(f"(?:[^ ]+ ){{0,{_MOST_WORDS}}}")


def takes_back(codes: str, at: int = 0) -> bool:
    """Tell whether the codes of a sentence, from a place on, take back what was said before them."""
    if _TAKING_BACK.match(codes, at):
        return True
    words = _FIRST_WORDS.match(codes, at)
    return words is not None and bool(_OF_THE_PAST.search(codes, at, words.end()))


# A sentence that has no subject goes on with what was said before it.
_GOES_ON = word_set(
    "in at on from for or but just only as by with since because if unless via over once when while though although than then"
)
# These begin one that tells the reader what to do.
_IMPERATIVES = word_set(
    "bring go see watch do don avoid skip enjoy run turn give take try catch grab read keep make let buckle hold no never seek"
)
# Said in a word or two, and of the film.
_SAID_SHORTLY = word_set(
    "T P M rating grade score verdict stars star out of butterflies half two three four five six seven eight nine ten zero b c d f should "
    "yes please cheers rated r pg pg-13 nr minutes recommended rental none but thanks for reading"
)
_SHORT, _LONGEST_ELLIPSIS = 3, 8


def goes_on_unknown(sentence: Sentence, known: Collection[str]) -> bool:
    """Tell whether a sentence goes on with the one before it, without a subject of its own, in words that are not known."""
    words = [item for item in sentence.items if item.code[0].isalnum()]
    short = len(words) <= _SHORT or (words[0].code in _GOES_ON and len(words) <= _LONGEST_ELLIPSIS)
    if not words or not short or words[0].code in _IMPERATIVES:
        return False
    return not all(
        item.code in known or item.code in _SAID_SHORTLY or item.code.isdigit() or item.day for item in words
    )


def speaks_of_it(sentence: Sentence) -> bool:
    """Tell whether a sentence says where, when or for whom something can be seen; a day that looks like a rating is one."""
    return bool(SPEAKS_OF_IT.search(sentence.codes)) or any(
        (item.inner is not None and speaks_of_it(item.inner))
        or (item.day is not None and not item.day.like_rating)
        for item in sentence.items
    )
