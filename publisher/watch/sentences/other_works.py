"""Words that bring another work than the reviewed film into a paragraph: a sequel, "see also", "the 1977 film", "Memoria".

They are listed generously. Of a pronoun nobody can tell what it means once another work was spoken of, and to propose nothing
costs an editor one line.
"""

from __future__ import annotations

import re

from publisher.watch.sentences.tokens import word_set

_WORK = (
    "(?:films?|movies?|pictures?|features?|documentar(?:y|ies)|parts?|versions?|thrillers?|chillers?|titles?|works?|efforts?|outings?|"
    "entry|entries|chapters?|instal+ments?|adaptations?|tellings?|takes?|seasons?|ones?)"
)
_WHOSE = r"(?:the|his|her|their|its|my|our|your|this|one|\w+['’]s)"
_CUES = (
    # What belongs to a film, or stands beside it.
    r"sequels?|prequels?|remakes?|remade|re-?boots?|spin-?offs?|follow-?ups?|predecessors?|successors?|trilog(?:y|ies)|tetralogy|"
    r"franchises?|sagas?|(?:web |mini-?|tv |television )?series(?! of)|miniseries|sitcoms?|instal+ments?|episodes?|anime|manga|comics|"
    r"comic books?|graphic novels?|novellas?|novels?(?! (?:idea|approach|take|twist|concept|premise|way))|books?|memoirs?|"
    r"(?:the|a|stage|radio) plays?|video ?games?|board games?|soundtracks?|albums?|vinyl|making-of|making of|featurettes?|"
    r"commentar(?:y|ies)|trailers?|teasers?|interviews?|podcasts?|shorts|short films?|versions?|anthology series|"
    r"(?:the|his|her|their|its|original|earlier|that) short|(?:the|a|an|tv|television|reality) (?:tv |television |talk )?shows?|"
    r"(?:the|a|an|its|this) (?:comic|pilot|musical|opera|ballet|game)|(?:director|extended|theatrical|final|longer|uncut)(?:['’]s)? cut|"
    r"(?:the|its|their|his|her|an?) originals?(?! (?:score|screenplay|script|idea|premise|story|concept|song|language|music|voice))|"
    r"cuts? of (?:its|his|her|their) own|there(?:['’]s| is| was| are| were) (?:also |even |already )?an? (?:\w+ )?(?:documentary|film|movie)|"
    # Another film of somebody's, or of the kind.
    rf"(?:an)?other (?:\w+ ){{0,2}}{_WORK}|the others?|one of (?:them|those|these)|both (?:films?|movies?|of them|are|were|have|can)|"
    r"(?:two|three|four|five|several|many|these|those) (?:\w+ )?(?:films|movies|pictures|features|documentaries|titles)|"
    rf"(?:similar|earlier|previous|older|newer|later|better|other) (?:\w+ )?{_WORK}|(?:the )?(?:former|latter)|"
    r"part (?:one|two|three|four|[ivx]+|\d)|season (?:one|two|three|four|\d)|(?:the|of|from) (?:18|19|20)\d\d (?!and\b)\w+|"
    # What somebody paid for, and what is shown in a film.
    r"sponsor(?:s|ed|ship)?|advertisements?|brought to you|affiliate|promo(?:tional)?|(?:our|my|the) code|"
    r"(?:streams|uploads|posts|broadcasts|films|tapes|livestreams) (?:a|an|the|his|her|their|every)|"
    # What an editor recommends beside it.
    r"double[- ](?:bills?|features?)|companion pieces?|pair (?:it|this|with)|runners?-?up|honou?rable mentions?|see also|"
    r"also (?:recommended|like|enjoy|out|opening|new|this|try|see|watch|worth|reviewed|made|directed|shot|wrote|appears?|stars?)|"
    r"recommended (?:next|viewing|if)|start with|instead|(?:would|['’]d) rather|rather (?:watch|see|than)|elsewhere|up next|"
    r"next (?:up|week|month|time|on|in|comes)|last week|(?:this|the) week['’]s|of the (?:week|month)|coming soon|to be confused|of the same name|"
    r"same (?:title|name|director|cast)|fans of|if you (?:like|liked|want|enjoyed|enjoy|love|loved|prefer)|(?:followed|preceded) by|"
    r"(?:my|our|your|his|her) (?:own )?(?:favou?rites?|pick|number one|top)|best of|skip (?:this|it)|pick of|compared? (?:it |this )?(?:to|with)|"
    r"cousins?|companions?|(?:tv|television|web|cable) (?:movie|film)s?|(?:the|a|an|\w+ish|\w+an|\w+ese|french|german|dutch|thai) (?:\w+ )?"
    r"(?:classics?|takes? on|telling)|a (?:first|second|third|fourth|new|different|better|similar) one|"
    r"(?:the|a|an) (?:film|movie|picture|one|documentary|thriller|comedy|western) (?:with|that|which|where|about|called|by|from|of (?:18|19|20)\d\d)|"
    r"(?:made|make|makes|making|directed|directs|directing|shot|filmed|produced|wrote|released) (?:an? (?:\w+ ){0,3}"
    r"(?:film|movie|picture|feature|documentary|western|comedy|thriller|drama|musical|short|one|follow-up)|one|another|it again)|"
    r"reviewed|reviews of|stage \w+|previous|that (?:film|movie|picture)|the same \w+|the \w+ one|(?:second|third) place|also seen|i (?:much )?prefer|cartoons?|counterpart|namesake|double-bill|marathon|rival|copycat|rip-?offs?|knock-?offs?|imitat(?:or|ion)s?|"
    r"(?:the|a) (?:book|novel|play|story|short|series|comic|manga|game|film|movie|classic|slasher|western|thriller|comedy|chiller) (?:it|this|that)"
)
_ANYWHERE = re.compile(rf"\b(?:{_CUES})\b", re.IGNORECASE)
# "It's her second film" speaks of the reviewed one, "Her second film drags" of another.
_ORDINAL = re.compile(
    rf"\b{_WHOSE} (?:very )?(?:first|second|third|fourth|fifth|sixth|last|next|previous|debut) (?:\w+ ){{0,2}}{_WORK}\b"
    rf"|\b(?:the|his|her|their|\w+['’]s) (?:\w+ )?debut\b|\bdebut (?:film|feature)"
    r"|\ban? (?:\w+ish|\w+ese|\w+ian|\w+ean|mexican|american|german|thai|french|dutch|greek|czech) (?:\w+ ){0,2}"
    r"(?:films?|movies?|pictures?|thrillers?|stor(?:y|ies)|comed(?:y|ies)|westerns?|chillers?)\b",
    re.IGNORECASE,
)
_AT_THE_BEGINNING = re.compile(
    r"(?:A|An|One|Another) (?:[\w-]+ ){0,2}(?:documentary|short|making-of|biopic|podcast)\b"
    r"|(?:He|She|They) (?!is\b|are\b|was\b|were\b|has\b|have\b|had\b)\w+ (?:an?|the|his|her|their) \w+"
    r"|(?:A|An|One|My|Our) [\w-]+ (?:wrote|made|gave|took|told|found|sent|bought|brought|shot|built|got|[a-z]{3,}ed) "
    r"|(?:A|An|One) [\w-]+ (?!as\b|is\b|does\b|has\b|was\b)[a-z]+[a-rt-z]s [a-z]"
    r"|(?:The|Its) (?:[\w-]+ )?(?:score|show)\b|First\b(?=:)|Better\b(?=:)|(?!It['’]s\b)\w+['’]s (?:[\w-]+ ){0,2}(?:film|movie|picture|feature|take|version)\b"
)
# "It is", "This remains": what follows speaks of the reviewed film.
_OF_THE_FILM = re.compile(
    r"\s*(?:It|This|Here)(?:['’]s| is| was| remains| feels| may be| might be| has been)\b", re.IGNORECASE
)

#: What a film has: a sentence that begins with one of these, after an article, speaks of the film.
PARTS = word_set(
    "ending end beginning opening start finale climax twist third-act act half hour minute minutes scene sequence shot frame image "
    "picture visual visuals photography cinematography camera camerawork lighting light colour color palette look design costume set location "
    "setting editing cut pace pacing rhythm tempo tone mood atmosphere tension suspense dread terror horror scare scares gore violence blood "
    "humour humor joke jokes laugh laughs dialogue dialog line lines script screenplay writing story plot premise idea concept conceit "
    "structure narrative storytelling subplot theme message metaphor satire politics character hero heroine protagonist villain "
    "antagonist monster creature ghost killer robot puppet cast ensemble lead leads actor actress acting performance performer turn chemistry child "
    "children kid kids director direction filmmaker filmmaking craft music score song sound soundscape effect effects cgi animation makeup "
    "budget production running-time runtime length result rest whole thing heart emotion feeling grief love joy sadness friendship family "
    "relationship romance payoff resolution reveal mystery puzzle question answer audience viewer critic crowd festival world city village house "
    "detail texture surface world-building mythology logic trouble problem flaw weakness strength charm beauty power verdict point bottom rating "
    "release releases disc style substance effort experience journey ride tale title credit credits subtitle subtitles language dub"
)
_FILMS = word_set(
    "film movie picture feature flick gem documentary doc thriller comedy drama chiller shocker slasher western musical romance mystery "
    "anthology adventure fable satire parable"
)
#: With these a sentence may begin, and neither they nor what follows them by grammar are a name.
OPENERS = word_set(
    "it this that these those here he she they we you i what who whom there everything nothing nobody everybody everyone someone anyone "
    "anything something all none most some much many one two three four five six ten both each every neither either his her its their "
    "our my your if when while as for and but so yet or not now then still even only just perhaps nor how why where because since "
    "although though despite after before until during between among beneath under over on in at by from with without within to of "
    "into about against like unlike also again already always never often sometimes once maybe first second third finally eventually "
    "meanwhile however instead indeed otherwise therefore thus overall yes no oh well ok okay please let go do does did is was are "
    "were has have had can could will would should may might must be don isn wasn aren weren won can't a an the another any few more "
    "less such too very quite rather almost at last directed written shot made set based filmed produced scored played starring told "
    "available streaming playing showing opening out watch stream rent buy see find catch today tonight tomorrow currently rated"
)
#: What stands alone, or before a colon, and names no work.
LABELS = word_set(
    "verdict review rating score grade stars star mpaa rated runtime time running length year genre genres country countries language director "
    "directors directed writer writers written screenplay script cast starring stars crew producer producers cinematography music "
    "studio distributor distribution release released releases date dates plot story storyline synopsis summary conclusion conclusions final "
    "thoughts thought word words take takeaway bottom line overall impression impressions analysis background introduction intro recap "
    "pros cons good bad ugly worst highlights lowlights likes dislikes acting performances performance direction production "
    "design sound editing effects themes theme style tone pacing atmosphere characters character ending spoilers spoiler warning content "
    "note notes update updates details credits info information facts specs video audio picture extras features special disc bonus "
    "availability available where how watch see stream streaming rent buy find view it now the film movie this a an and or of on in to at "
    "is for with my our your what who when why i by about from part tl dr tldr short read more us in cinema cinemas theaters theatres home viewing "
    "price link links tags posted published author editor photo photos image images stills poster courtesy format formats screening screened festival"
)
#: A sentence of this one word says how the film is.
PRAISE = word_set(
    "recommended essential wonderful haunting brilliant beautiful stunning gorgeous great excellent superb masterful magnificent "
    "marvellous marvelous fun funny scary terrifying moving unmissable unforgettable masterpiece delightful charming perfect amazing "
    "incredible outstanding remarkable riveting gripping devastating heartbreaking hilarious bold fresh strange weird odd dull boring "
    "awful terrible mediocre decent solid fine wow bravo enjoy amen sublime exquisite engrossing absorbing worthwhile bleak grim sad sweet "
    "tender quiet loud long simple"
)
#: After the first word of a sentence these make it a name, where it is none of the openers: "Prey makes".
VERBS = word_set(
    "is was has had did does do makes made takes took comes came remains works worked manages managed gets got goes went feels felt looks "
    "looked plays played covers covered tells told tries tried will may might can could would should isn wasn doesn didn hasn won stars "
    "starred follows followed asks asked gives gave shows showed handles handled explores explored treads beats beat tops topped runs ran "
    "deserves deserved opens opened arrives arrived lands landed hits streams screened premiered earned stands stood finds found begins "
    "began ends ended never still also always only already simply really just 's 'll 'd"
)
#: Written with a capital letter in the middle of a sentence, and no work.
NEUTRAL = word_set(
    "i tv cgi vfx sfx uk us usa eu nyc la ai fbi cia pg r nc imax 3d 2d hd uhd sd english cambodian chinese japanese asian african "
    "european american hollywood bollywood oscar oscars academy award awards emmy emmys golden globe globes lion palme bafta baftas cannes "
    "venice sundance berlin berlinale toronto tiff sxsw tribeca sitges fantastic fest festival international film locarno "
    "telluride rotterdam busan london paris tokyo york angeles los phnom penh new mr mrs ms dr january february march april may june july "
    "august september october november december monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter "
    "christmas halloween easter thanksgiving covid-19 covid victorian edwardian gothic western catholic christian buddhist jewish muslim "
    "lgbtq lgbt gen internet blu-ray dvd vod best picture critics week midnight madness un certain regard khmer thai hindi "
    "arabic hebrew russian ukrainian turkish greek mandarin cantonese latin welsh yiddish vietnamese tagalog persian farsi hungarian romanian "
    "icelandic spanish italian french german portuguese"
)
_NOUN_PHRASE = re.compile(
    r"(?P<definite>The|Its|His|Her|Their|That|Those|These|My|Our)\b|(?P<indefinite>An?|One)\b", re.IGNORECASE
)
_LONGEST_PHRASE = 8
_PREPOSITIONS = word_set("of in on at from by for with about behind that which who")
_FINITE = VERBS | word_set(
    "are were be been aren weren came exists existed followed appeared told recorded shot aired "
    "haunts haunt need needs want wants get give do did lets let keeps kept knows knew"
)


def cues(text: str, start: int, end: int) -> list[int]:
    """List where the words of a sentence end that bring in another work.

    Args:
        text: The paragraph.
        start: Where the sentence begins.
        end: Where it ends.
    """
    ends = [match.end() for match in _ANYWHERE.finditer(text, start, end)]
    if not _OF_THE_FILM.match(text, start, end):
        ends += [match.end() for match in _ORDINAL.finditer(text, start, end)]
    begins = end - len(text[start:end].lstrip())
    if first := _AT_THE_BEGINNING.match(text, begins, end):
        ends.append(first.end())
    return ends


def begins_with_something_else(codes: list[str]) -> bool:
    """Tell whether the subject of a sentence is a thing that no film has: "The stage production was recorded".

    Args:
        codes: The first words of the sentence, in lower case.
    """
    match = _NOUN_PHRASE.fullmatch(codes[0]) if codes else None
    if match is None:
        return False
    verb = ""
    phrase: list[str] = []
    for verb in codes[1 : _LONGEST_PHRASE + 1]:
        # What stands before belongs to the noun; a verb that is not listed is taken for a part of it.
        if verb in _FINITE or verb in _PREPOSITIONS or not verb[0].isalnum():
            break
        phrase.append(verb)
    if not phrase:
        return False  # "That's the beauty of it."
    if match["indefinite"] and verb not in _FINITE:
        return False  # "A quiet wonder." says how the film is
    known = PARTS if match["indefinite"] else PARTS | _FILMS
    return not any(word in known or word.removesuffix("s") in known for word in phrase)
