"""Whether somebody who searches may be thinking about suicide, or about hurting themselves; whether somebody may have taken
too much, or may not be waking up; whether it may be another emergency of the body; and whether somebody may be losing touch with
what is real, or want to hurt others. The page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm.
"""

import re
from difflib import get_close_matches

# Blanks are \s in all of these: the whole is compiled with re.VERBOSE, which drops literal ones.
_SELF = r"(?:my?\s?self|me|him\s?self|her\s?self|them\s?sel(?:f|ves)|your\s?self)"
_I_AM = r"(?:i|im|i'm|i\sam|were|was|be|being|feel|better\soff)"
# Who wishes so thinks of suicide; of somebody else, the same words may mean that they cannot be woken.
_NOT_TO_WAKE = r"""(?:hop(?:e|ing)|wish(?:ing)?|want(?:ing)?|wanna|pray(?:ing)?|rather|(?:fall|go)\s(?:to\s)?(?:a?sleep)\sand)\s
    (?:(?:i|i'?d|that|to|could|would|will|might|can|just|simply|fall|go|a?sleep|and)\s)*
    (?:not|never|(?:do|wo|would|could|ca|did)n'?t)\s(?:(?:ever|have\sto)\s)?wak(?:e|ing)\b"""
_CRISIS = re.compile(
    rf"""\b(?:
        s(?:ui|ue|iu|ewi)(?:[cs]+[iye]*){{1,2}}d\w* | s(?:u|oo)(?:[cs]+(?:[iy]+e?)?){{1,2}}d\w*
        | 988 | kms | unalive\w* | crisis(?:\sline)? | hot\s?line | need\shelp\s(?:right\s)?now
        | (?:kill?(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|shoot(?:ing)?|hang(?:ing)?)\s{_SELF}
        | self[\s-]?(?:harm\w*|injur\w*)
        | (?:want(?:ed|s|ing)?|wanna|wish(?:ed|es|ing)?|going|ready|plan(?:ning)?|rather)(?:\s(?:to|2|i|could|would|should))*\sdie
        | (?:wish|better\soff|rather\sbe|{_I_AM})\s(?:(?:i|was|were|be|to)\s)*(?:dead|ded|died)
        | (?:end|ending|take|taking)\s(?:my|his|her|their|your)(?:\sown)?\s(?:own\s)?life
        | end(?:ing)?\s(?:it|everything|things)(?:\sall)? | {_NOT_TO_WAKE}
        | (?:do(?:es)?n'?t|do(?:es)?\snot|not)\s(?:want(?:ing)?\s(?:to\s)?|wanna\s)
          (?:live(?!\salone)|be\salive|be\shere|exist|wake\sup) | care\sif\si\s(?:live|die|wake)
        | (?:no|not|nothing|isn'?t)\s(?:r(?:ea?|ee)s[oe]n\sto\s|worth\s|to\s|point\s(?:in\s|of\s)?)
          (?:live?(?:ing)?(?!\salone)|going\son)
        | (?:wh?at'?s|wh?at\sis|see|is\sthere|there'?s\sno|no)\s(?:the\s|any\s|a\s)?point\s(?:(?:of|in|to)\s)?
          (?:live?(?:ing)?|life|going\son|being\salive|any\s?more|trying)
        | (?:hate|done\swith|give\sup\son|giving\sup\son|sick\sof)\s(?:my\s|this\s)?(?:life|living)
        | (?:no|lost\sall|lost)\shope | hopeless\w* | nothing\sleft | better\soff\swithout\s(?:me|him|her)
        | feel(?:s|ing)?\slike\s(?:dying|ending|giving\sup)
        | (?:sleep|disappear|gone)\s(?:forever|for\sgood) | never\swake\sup | (?:never|not|(?:was|were|had)n'?t)\s(?:been\s)?born
        | want\s(?:to|2)\s(?:disappear|not\s(?:be|exist)|stop\s(?:living|existing))
        | jump(?:ing)?\soff | slit\w*\s(?:my|his|her)\swrists? | noose | suicide\s(?:note|letter) | goodbye\s(?:note|letter)
        | (?:no|lost|losing)\s(?:(?:my|the)\s)?will\s(?:to|2)\slive | (?:tired|sick)\sof\s(?:living|life|being\salive)
        | can(?:'?t|\s?not)\s(?:go\son|(?:live|do\sthis|take\s(?:it|this))\sany\s?more)
        | (?:ways?|how)\s(?:to|2)\sdie | how\s(?:can|could|do|should)\si\sdie | painless\sdeath
        | how\s(?:much|many)\s(?:\S+\s){{1,6}}(?:(?:to|2)\s(?:die|kill|overdose)|(?:will|would)\skill)
        | (?:lethal|fatal|deadly)\s(?:\S+\s)?(?:doses?|amounts?)
        | overdos(?:e|ed|ing)\s(?:\S+\s){{0,3}}on\spurpose | (?:how|want|going|trying)\s(?:to|2)\soverdose
        | (?:have|has|got|gets?|getting|hold(?:s|ing)|load(?:s|ed|ing)|bought|with)\s(?:a|the|my|his|her|their)\s(?:loaded\s)?gun
          (?!\s(?:permit|licen[cs]e|safe|lock))
    )\b""",
    re.VERBOSE,
)

_WISHES = re.compile(_NOT_TO_WAKE, re.VERBOSE)

# What somebody may have taken too much of, and how they took it.
_THINGS = r"""(?:pills?|tablets?|capsules?|caps|meds?|medicines?|medications?|drugs?|doses?|gummies|edibles|bottles?|ketamine|k
    |tylenol|advil|ibuprofen|acetaminophen|aspirin|xanax|ambien|benzos?|opioids?|opiates?|fentanyl|oxy\w*|heroin|antidepressants?|sleeping|lithium)"""
_TOOK = r"""(?:took|taken?|takes|taking|ate|eaten|eats|drank|drunk|drinks?|had|has|did|used|gave|given|swallow(?:ed|s|ing)?
    |snorted|injected|downed|got\s(?:in\s?to|hold\sof)|popped)"""
# “Will I be unconscious?” asks what a treatment is like.
_NOT_A_QUESTION = r"(?<!i\sbe\s)(?<!you\sbe\s)(?<!am\si\s)(?<!are\syou\s)(?<!i\sget\s)(?<!you\sget\s)(?<!i\sgo\s)"
_OVERDOSE = re.compile(
    rf"""\b(?:
        over\s?-?dos\w* | overdoe?s\w* | o\.?d | od'd | od'?ed | od'?ing
        | {_TOOK}\s(?:\S+\s){{0,3}}?(?:too?|2|way)\s(?:too?\s)?(?:many|much)(?!\s(?:time|money|work))
        | (?:too?|2)\s(?:many|much)\s(?:(?:of\s)?(?:my|his|her|the|their)\s)?(?:\S+\s)?{_THINGS}
        | {_TOOK}\s(?:\S+\s){{0,2}}?(?:all|whole|entire|full|bunch|handful|lots?|extra|double|twice|\d{{2,}})\s
          (?:(?:of|my|his|her|the|their|them|a|those|these)\s)*(?:\S+\s)?{_THINGS}
        | (?:kid|child|baby|toddler|son|daughter|dog|cat)\s(?:took|ate|drank|swallowed|got\s(?:in\s?to|hold\sof))\s
          (?:\S+\s){{0,3}}{_THINGS}
        | swal+ow?ed | swal+ow(?:ing)?\s(?:all|a|the|them|bleach|batter(?:y|ies)|poison|whole)
        | po(?:is|si)on\w* | bleach | antifreeze
        | (?:won'?t|can'?t|cannot|can\snot|couldn'?t|doesn'?t|isn'?t|not|barely|stopped|hardly)\s
          (?:wake(?!\sup\sany)|waking|be\swoken|breath(?:e|ing)\b|respond(?:ing)?)
        | {_NOT_A_QUESTION}(?:unconscious(?!\s(?:mind|bias))|knocked\sout) | (?:los[et]|losing|loss\sof)\sconsciousness
        | hard\sto\swake(?!\sup\s(?:in|for|every)) | too\s(?:sleepy|drowsy)\sto\swake
        | breath(?:es?|ing)?\s(?:\S+\s){{0,2}}?(?:slow|shallow)\w* | (?:slow|shallow)\w*\sbreath\w*
        | unresponsive | passed\sout | (?:blue|gray|grey)\slips | lips\s(?:\S+\s)?(?:blue|gray|grey) | narcan | naloxone
    )\b""",
    re.VERBOSE,
)

# What is always an emergency, and what is one unless the words tell of the past, as of a reason not to be treated.
_BODY = r"(?:(?:my|his|her|their|the)\s)"
_EMERGENCY = re.compile(
    rf"""\b(?:
        chest\s(?:\S+\s)?(?:pains?|hurts?|hurting|ache\w*|pressure|tight\w*) | (?:pain|pressure|tightness)\sin\s{_BODY}?chest
        | tight\schest | (?:throat|tongue|lips?|face)\s(?:\S+\s)?(?:swell\w*|swollen|clos(?:ing|ed|es))
        | (?:swollen|swelling)\s(?:\S+\s)?{_BODY}?(?:throat|tongue|lips?|face) | anaphyla\w*
        | (?:face|mouth)\s(?:\S+\s)?droop\w* | droop(?:ing|y)\s(?:face|mouth) | slurr(?:ed|ing)(?:\s{_BODY}?(?:speech|words))?
        | (?:weak|numb)\s(?:arm|leg|face) | (?:arm|leg|face)\s(?:\S+\s)?(?:weak|numb)
        | (?:sudden|severe|bad|terrible|horrible|awful|worst|thunderclap)\s(?:\S+\s){{0,3}}?headache\b
        | headache\s(?:\S+\s){{0,2}}?(?:sudden(?:ly)?|severe)
        | (?:short(?:ness)?\s(?:of|on)|gasping\sfor|no|catch\s{_BODY}?)\s?breath
        | (?:trouble|difficulty|hard\stime|hard\sto)\sbreath(?:e|ing)
        | (?:hit|hits|hitting|banged|cracked|struck)\s{_BODY}?head | fell\son\s{_BODY}?head | convuls\w+ | collaps(?:ed|ing)
    )\b""",
    re.VERBOSE,
)
_PERHAPS_ONE = re.compile(
    r"\b(?:seizure|strokes?|faint(?:ed|ing|s)?|black(?:ed|ing)\sout|heart\sattack|allergic\sreaction|hives)\b",
)

# What is an emergency of the mind, in the same two parts. Who asks “will I hallucinate” is told of side effects instead.
_HURT = r"(?:hurt|harm|kill|attack|shoot|stab)(?:ing)?"
_OTHERS = r"""(?:him|her|them|you|people|others|some(?:one|body)|any(?:one|body)|every(?:one|body)
    |(?:my|his|her|their|the|our)\s(?:wife|husband|partner|kids?|child(?:ren)?|baby|son|daughter|mom|mother|dad|father|family|boss|ex))"""
_MIND = re.compile(
    rf"""\b(?:
        hear(?:s|ing|d)?\s(?:\S+\s){{0,2}}?(?:voices|things) | voices\s(?:in|are|tell\w*)
        | (?:sees|seeing|saw)\s(?:\S+\s){{0,2}}?(?:things|bugs|shadows|demons|ghosts|faces)
        | (?:not|isn'?t|aren'?t|wasn'?t|weren'?t)\s(?:really\s)?(?:there|real)
        | hallucinating | delusional | paranoi[ad]\w* | psychotic | out\sof\stouch\swith\sreality
        | (?:not|isn'?t|doesn'?t|don'?t|no|stopped|any)\s(?:mak(?:e|es|ing)\s)?(?:any\s|much\s)?sense | makes?\sno\ssense
        | talk(?:s|ing)\s(?:nonsense|gibberish) | (?:doesn'?t|don'?t|not)\sknow\s(?:who|where)\s(?:he|she|they|i)\s(?:is|are|am)
        | rac(?:ing|y)\s(?:thoughts|mind) | (?:thoughts|mind)\s(?:is\s|are\s)?racing
        | (?:not|no|never|hardly|barely|without|hasn'?t|haven'?t|doesn'?t|didn'?t|can'?t)\s(?:\S+\s){{0,2}}?
          (?:sleep(?:ing)?|slept)\s(?:\S+\s){{0,3}}?(?:days|nights|weeks?)
        | (?:awake|up)\sfor\s(?:\S+\s)?(?:days|nights)
        | (?:out\sto\sget|after|following|spying\son|plotting\sagainst)\s(?:me|him|her|us|them)(?=$|\s(?:now|and|all))
        | (?:(?:i|he|she|they)(?:'ll|\s(?:will|might|may|could))?|and|to|of|about)\s{_HURT}\s{_OTHERS}
        | ^{_HURT}\s{_OTHERS} | homicid\w* | violent | aggressive(?!\streatment) | agitated | too\supset\sto | disoriented
        | (?:still|so|very)\sconfused | confused\s(?:\S+\s){{0,2}}?(?:day|morning)
        | (?:i'?m|i\sam|he'?s|he\sis|she'?s|she\sis)\s(?:god|jesus)
    )\b""",
    re.VERBOSE,
)
_PERHAPS_MIND = re.compile(r"\b(?:psychosis|mania|manic(?!\sdepress)|delusions?|hallucinations|hallucinated)\b")
_PAST = re.compile(
    r"\b(?:i(?:'ve)?\s(?:have\s|ever\s|once\s)?(?:had|have|get)|history|past|previous|prior|once|ago|years?|needles?|shots?|sight|blood"
    r"|meds?|medicines?|medications?|pills?|disorder)\b"
)
_JUST_NOW = re.compile(r"\b(?:after|just|now|tonight|today|having|help|symptoms?|signs?)\b")

# Words of the above that are easily mistyped. One with the same letters, or nearly the same, is taken for it.
_MISTYPED = (
    "myself",
    "suicide",
    "suicidal",
    "kill",
    "killing",
    "want",
    "wanna",
    "die",
    "dead",
    "life",
    "live",
    "hurt",
    "hurting",
    "overdose",
    "overdosed",
    "pills",
    "seizure",
)
_ALIKE = 0.83
_FEWEST_ALIKE = 6
_WORD = re.compile(r"[a-z]+")


def speaks_of_suicide(query: str) -> bool:
    """Whether the words of a search may mean suicide or self-harm, misspelled ones too. They are looked at, and never kept."""
    return _says(_CRISIS, query)


def speaks_of_overdose(query: str) -> bool:
    """Whether they may mean that somebody has taken too much, or something poisonous."""
    return _says(_OVERDOSE, _WISHES.sub(" ", _plain(query)))


def speaks_of_emergency(query: str) -> bool:
    """Whether they may mean that somebody needs an ambulance for what a body does: a chest that hurts, a seizure, a stroke."""
    return _says(_EMERGENCY, query) or _says_of_now(_PERHAPS_ONE, query)


def speaks_of_mind_in_danger(query: str) -> bool:
    """Whether they may mean that somebody hears or believes what is not real, is manic, or may hurt others."""
    return _says(_MIND, query) or _says_of_now(_PERHAPS_MIND, query)


def _says_of_now(pattern: re.Pattern, query: str) -> bool:
    """Whether the query says it, and not of the past."""
    return _says(pattern, query) and (_says(_JUST_NOW, query) or not _says(_PAST, query))


def _plain(query: str) -> str:
    return re.sub(r"\s+", " ", query.lower().replace("’", "'"))


def _says(pattern: re.Pattern, query: str) -> bool:
    words = _plain(query)
    return bool(pattern.search(words) or pattern.search(_WORD.sub(_meant, words)))


def _meant(match: re.Match) -> str:
    word = match[0]
    for known in _MISTYPED:
        if word[0] == known[0] and sorted(word) == sorted(known):
            return known
    close = get_close_matches(word, _MISTYPED, n=1, cutoff=_ALIKE) if len(word) >= _FEWEST_ALIKE else []
    return close[0] if close else word
