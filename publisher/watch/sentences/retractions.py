"""What takes back what was just said, as "Just kidding." does, or goes on about it, as "It leaves on Friday." does.

A review goes on after it said where its film can be seen, and often with a "not": "Not for the faint of heart." That speaks of the
film. What goes on about the statement, by what is listed here or in words that nobody knows, puts it in doubt.
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
_SIGNS = r"(?:[.,;:!?—(] |\.\.\. )*+"
_END = r"(?=$|[.,;:!?—)] |\.\.\. )"
_OPENER = (
    "(?:(?:well|oh|ok|okay|ah|alas|sadly|unfortunately|sorry|actually|wait|but|and|yet|or|only|except|rather|although|though|"
    f"however|just|that is|then again|on second thoughts?) {_SIGNS})"
)
# Words that do nothing but take back.
_RETRACTION = (
    "(?:kidding|joking|correction|erratum|errata|edit|edited|update|updated|past tense|blink and|yeah , right|dream on|fat chance|"
    "no such luck|no longer|no wait|no ,|no more|never again|never mind|nevermind|as if|if only|"
    "(?:scratch|strike|forget|ignore) (?:it|that|what|the above)|not (?:any|anymore|yet|now|here|there|today|in (?:the )?R)|"
    "i (?:wish|lied|lie|kid|jest|misspoke|was wrong|am kidding|'m kidding|was kidding|am joking|'m joking)) "
)
# "It isn't.", "You could."
_NO_LONGER_SO = (
    "(?:it|that|this|you|one|they|we|i|the film|the movie|T) (?:(?:is|'s|was|were|are|can|ca|could|did|does|do|has|had|will|wo|would|"
    f"used to be|used to) (?:n't |not )?{_END}|used to |no longer )"
)
_TAKING_BACK = re.compile(f"{_SIGNS}{_OPENER}*(?:{_RETRACTION}|{_NO_LONGER_SO})")
#: What a sentence says that speaks of where, when or for whom something can be seen, rather than of the film.
SPEAKS_OF_IT = re.compile(
    r"(?<![^ ])(?:[NRJVH]|leaves?|leaving|left(?! (?:me|us|you|him|her|them|no|little|nothing|a|an|the|my) )|gone|goes away|remov(?:e|es|ed|al)|"
    r"expir(?:e|es|ed|ing)|ends|ended|end(?= soon )|disappear(?:s|ed)|vanish(?:es|ed)|pulled|dropped|departs?|moved(?! me )|moves to|until|till|vpn|"
    r"regions?|region-locked|territor(?:y|ies)|countr(?:y|ies)|abroad|overseas|elsewhere|anywhere|nowhere|subscri(?:be|ption|bers|bed)|accounts?|"
    r"licen[cs]e|licen[cs]ing|platform|service|streamer|streams|streamed|streaming|available|availability|unavailable|geo-blocked|"
    r"errors?|mistaken?|my (?:bad|mistake)|note|last chance|listings|while you can|hurry|wo n't (?:last|be)|for long|vary|varies|"
    r"one of (?:the|them)|i (?:mean|forget|forgot)|which one|outside|internationally|out of print|sold out|oop|canadians|the deal|"
    r"no longer|anymore|any more|any longer|(?:not|n't) (?:true|the case|there|so)|only (?=[.!] |$)) "
)
# What a sentence says that speaks of the words before it, and of whether they are true.
_SPEAKS_OF_WORDS = re.compile(
    r"(?<![^ ])(?:(?:made|make|making) (?:it|that|this|all of it|the whole thing|everything) (?:all )?up|"
    r"lies?|lying|lied|liar|fibs?|fibbed|hoax|invention|invented|hearsay|rumou?rs?|allegedly|supposedly|reportedly|apparently|unconfirmed|"
    r"unverified|misremember(?:ing|ed)?|guess(?:ing|work)?|otherwise|disput(?:e|es|ed)|fact-check(?:ing|ed)?|confirm(?:ed)?|verif(?:y|ied)|"
    r"double-check(?:ed)?|(?:not|n't|cannot|never|nobody|no one) (?:really |quite |be |been |have )?(?:believe|trust|quote|checked?|sure|certain|swear)|"
    r"believed? (?:me|us)(?= [.,!?])|(?:grain|pinch) of salt|who knows|the above|"
    r"(?:next|previous|preceding|last|this|that|above) (?:sentence|statement|paragraph|claim|information|announcement)|"
    r"(?:could|may|might) (?:well |easily )?be (?:wrong|mistaken|out|old|false|untrue)|would that|if memory serves|chatbot|publicist|my editor|facts|should (?:read|say|have (?:read|said))|such (?:is|was)|none of (?:this|that|it)|terms and conditions|not that (?:you|it|i|we|anyone)|(?:we|you) 'll see(?= [.!])|time will tell|"
    r"(?:the|its|their) (?:page|button|link|site|website|app)|"
    r"(?:i|we) (?:think|hope|assume|suppose|gather|hear|heard|read|believe)(?= [.!,]|$)|(?:dreamt|dreamed) (?:it|this|that)) "
)
# "That" or "this" for what was said, and no word beside a noun.
_POINTS_BACK = re.compile(
    r"(?<![^ ])(?:(?:that|this|so)(?= [.!?,;:]|$)|that (?:is|'s|was|were|up|to|with|from|on|about|happen|when|before|back|at|in|did|has|had|may|might|can) )"
)
# What one did when one saw a film.
_DID = word_set(
    "'ve 'm have had been seen saw watched cried wept sobbed laughed gasped jumped screamed shivered smiled grinned bored moved hooked twice once times again was be will"
)
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
# Longer sentences that begin with "I", or have a "that" in them, are of the film.
_LONGEST_BY_ME, _LONGEST_POINTING = 6, 10


def takes_back(sentence: Sentence) -> bool:
    """Tell whether a sentence takes back what was said before it."""
    return _TAKING_BACK.match(sentence.codes) is not None


def goes_on_unknown(sentence: Sentence, known: Collection[str]) -> bool:
    """Tell whether a sentence goes on with the one before it, without a subject of its own, in words that are not known."""
    words = [item for item in sentence.items if item.code[0].isalnum()]
    short = len(words) <= _SHORT or (words[0].code in _GOES_ON and len(words) <= _LONGEST_ELLIPSIS)
    if not words or not short or words[0].code in _IMPERATIVES:
        return False
    return not all(
        item.code in known
        or item.code in _SAID_SHORTLY
        or item.code in _DID
        or item.code.isdigit()
        or item.day
        for item in words
    )


def speaks_of_words(sentence: Sentence, known: Collection[str]) -> bool:
    """Tell whether a sentence speaks of the words before it, as "Don't quote me on that." does, rather than of the film.

    A short one in which the reviewer does something that nobody knows may do so.
    """
    if _SPEAKS_OF_WORDS.search(sentence.codes):
        return True
    words = [item.code for item in sentence.items if item.code[0].isalnum()]
    by_me = len(words) <= _LONGEST_BY_ME and words[:1] in (["i"], ["we"])
    points = len(words) <= _LONGEST_POINTING and _POINTS_BACK.search(sentence.codes) is not None
    return (by_me or points) and not all(
        code in known or code in _DID or code in _SAID_SHORTLY or (by_me and code == "not") for code in words
    )


def speaks_of_it(sentence: Sentence) -> bool:
    """Tell whether a sentence says where, when or for whom something can be seen; a day that looks like a rating is one."""
    return bool(SPEAKS_OF_IT.search(sentence.codes)) or any(
        (item.inner is not None and speaks_of_it(item.inner))
        or (item.day is not None and not item.day.like_rating)
        for item in sentence.items
    )
