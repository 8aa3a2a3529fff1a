"""What people type into the search who may hurt themselves, or have taken too much, in English.

`emergency_words.py` has the other dangers, `danger_words_in_spanish.py` the Spanish of all.

The rules are general where they can be: a verb, whose, and a thing; a way to hurt and “myself”. A sentence that no rule knows is
not lost: below the field every answer says whom to call.
"""

import re

# Blanks are \s in all of these: the whole is compiled with re.VERBOSE, which drops literal ones.
_SELF = r"(?:my?\s?self|me|him\s?self|her\s?self|them\s?sel(?:f|ves)|your\s?self)"
_SELF_ALONE = _SELF.replace("|me|", "|")
_SOMEBODY = r"""(?:i|he|she|they|wife|husband|partner|boyfriend|girlfriend|friend|son|daughter|kid|child|teen(?:ager)?|brother
    |sister
    |mom|mother|dad|father|student)"""
# How people hurt themselves. Of these words only “myself” and the like make it that: “can it burn me” asks something else.
_WAYS = r"""(?:(?:kill|hurt|harm|hang|drown|gas|burn|starv|stab|poison|strangl|suffocat|electrocut|smother|injur|wound|punish
    |scratch|beat|hit|hat|punch|bang|loath|despis|destroy|sacrific|overdos|end|off|chok|cutt?|shoot)(?:t?ing|ed|e|s)?|hung|shot
      |bit(?:e|ing)|throw(?:ing)?)"""
# What people jump, step or drive into, off or in front of.
_PLACES = r"""(?:trains?|roof|rooftop|cars?|truck|bus|bridge|windows?|building|ledge|cliff|balcony|traffic|tracks?|tree|wall|pole
    |river|lake|highway|freeway|overpass|parking\sramp)"""
_I_AM = r"(?:i|im|i'm|i\sam|were|was|be|being|feel|better\soff)"
# Who wishes so thinks of suicide; of somebody else, the same words may mean that they cannot be woken.
_NOT_TO_WAKE = r"""(?:hop(?:e|ing)|wish(?:ing)?|want(?:ing)?|wanna|pray(?:ing)?|rather|(?:fall|go)\s(?:to\s)?(?:a?sleep)\sand)\s
    (?:(?:i|i'?d|that|to|could|would|will|might|can|just|simply|fall|go|a?sleep|and)\s)*
    (?:not|never|(?:do|wo|would|could|ca|did)n'?t)\s(?:(?:ever|have\sto)\s)?wak(?:e|ing)\b"""
SUICIDE = re.compile(
    rf"""\b(?:
        s(?:ui|ue|iu|ewi)(?:[cs]+[iye]*){{1,2}}d\w* | s(?:u|oo)(?:[cs]+(?:[iy]+e?)?){{1,2}}d\w*
        | 988 | kms | unalive\w* | crisis(?:\sline)? | hot\s?line | need\shelp\s(?:right\s)?now
        | (?:kill?(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|shoot(?:ing)?|hang(?:ing)?)\s{_SELF}
        | (?:{_WAYS}|(?:scared|afraid)\sof|trust)\s{_SELF_ALONE} | self[\s-]?(?:harm\w*|injur\w*|mutilat\w*|destruct\w*)
        | cut(?:s|ting)?\s(?:\S+\s)?(?:wrists?|arms?|legs?|thighs?|skin|veins?)
        | {_SOMEBODY}\s(?:(?:is|was|keeps?|started)\s)?cut(?:s|ting)?$
        | ^(?:cut(?:ting|ter)|hang(?:ing)?|drown(?:ing)?|razor\s?blades?|hanged|rope)$
        | cut(?:s|ting)?\s(?:too\s)?(?:deep|again)
        | (?:rope|belt|cord|bag|scarf)\s(?:\S+\s)?(?:around|over|round)\s(?:my|his|her)\s(?:neck|head)
        | (?:on|at|near|by)\s(?:the|a)\s(?:(?:edge\sof\s)?(?:the\s|a\s)?(?:ledge|bridge|roof|rooftop|(?:train
          |railroad)\stracks?|cliff)|edge)\b
        | (?:car|engine|sitting|sit)\s(?:\S+\s){{0,3}}?garage | kys
        | (?:jump|step|walk|run|lie|lay|lying|driv|crash|steer|swerv)(?:p?ing|ed|e|s)?\s
          (?:off|over|from|out|into|onto|under|in\sfront)\s(?:(?:of|from|a|an|the|my|this|that|your|high)\s){{0,3}}{_PLACES}
        | (?:want(?:ed|s|ing)?|wanna|wish(?:ed|es|ing)?|going|ready|plan(?:ning)?|rather)(?:\s(?:to|2|i|could|would|should))*\sdie
        | (?:wish|better\soff|rather\sbe|{_I_AM})\s(?:(?:i|was|were|be|to)\s)*(?:dead|ded|died)(?!\s(?:tired|set|serious|sure))
        | (?:end|ends|ending|take|taking|took|takes)\s(?:my|his|her|their|your)(?:\sown)?\s(?:own\s)?life(?!\sback)
        | end(?:ing)?\s(?:it|everything|things)(?:\sall)? | {_NOT_TO_WAKE}
        | (?:do(?:es)?n'?t|do(?:es)?\snot|not)\s(?:want(?:ing)?\s(?:to\s)?|wanna\s)
          (?:live(?!\salone)|be\salive|be\shere|exist|wake\sup) | care\sif\si\s(?:live|die|wake)
        | (?:no|not|nothing|isn'?t)\s(?:r(?:ea?|ee)s[oe]n\sto\s|worth\s|to\s|point\s(?:in\s|of\s)?)
          (?:live?(?:ing)?(?!\salone)|going\son)
        | (?:wh?at'?s|wh?at\sis|see|is\sthere|there'?s\sno|no)\s(?:the\s|any\s|a\s)?point\s(?:(?:of|in|to)\s)?
          (?:live?(?:ing)?|life|going\son|being\salive|any\s?more|trying) | wh?at'?s\sthe\spoint$
          | why\sam\si\s(?:\S+\s)?(?:alive|here$|living) | no\spoint$
        | (?:deserves?|needs?|should|supposed\sto|begging\sto|trying\sto|let\sme|so\si\scan|to)\sdie(?=$|\s(?:now|tonight|today
          |soon|alone))
        | (?:every\s?(?:one|body)|they\sall)\shates?\sme | (?:would|will|'d)\s(?:\S+\s)?be\sbetter\soff$
        | (?:dark|bad|scary|intrusive|unwanted|evil|horrible|terrible|violent)\sthoughts
        | do\ssomething(?:\s(?:stupid|bad|crazy|rash))?$
        | make\sit\sall\s(?:stop|end|go\saway) | please\smake\sit\s(?:stop|end) | ^good\s?bye
        | (?:giv(?:es?|ing)|gave)\saway\s(?:my|his|her|all)
        | affairs\sin\sorder | (?:final|last)\s(?:note|letter|message)
        | wish\si\s(?:could|would)\s(?:just\s)?(?:disappear|vanish|not\sexist)
        | (?:hate|done\swith|give\sup\son|giving\sup\son|sick\sof)\s(?:my\s|this\s)?(?:life|living)
        | (?:no|lost\sall|lost)\shope | hopeless\w* | nothing\sleft | better(?:\soff)?\swithout\s(?:me\b(?!\s\w)|him$|her$)
        | (?:better(?:\soff)?|happier|easier)\sif\s(?:i|he|she)\s(?:was|were|am|is)\s(?:dead|gone|not\s(?:here|around))
        | (?:i\sam|i'?m|i'?d\sbe|being|feel(?:ing|s)?|become|becoming|just|such)\s(?:\S+\s){{0,2}}?burden | ^burden$
        | burden\s(?:to|on)\s(?:everyone|everybody|others|them|you|us|(?:my|the)\s(?:family|wife|husband|kids|parents|friends))
        | no\s?(?:one|body)\s(?:would|will|'d)?\s?(?:even\s)?(?:miss|notice|care\sif)
        | (?:make|want|need|wish)\s(?:\S+\s){{0,2}}?(?:pain|hurting|hurt|suffering|noise)\s(?:\S+\s)?(?:to\s)?(?:stop|end
          |go\saway|be\sover)
        | i\s(?:just\s)?want\s(?:out$|it\s(?:all\s)?(?:to\s)?(?:stop|end|be\sover|over)$|to\sbe\s(?:gone|done)$)
        | (?:stop|quit|cease\sto|not)\s(?:exist(?:ing)?|living)
        | (?:thought|think|thinking|talk|talking|joke|joking|writ(?:es?|ing)|dream|dreaming|fantasi[sz])\w*\s(?:\S+\s)?(?:of
          |about)\s(?:\S+\s)?(?:dying|death
          |being\sdead|ending)
        | (?:pills?|bottle|rope|knife|blade|razor|gun)\s(?:\S+\s)?in\s(?:my|his|her)\shands?
        | gun\s(?:\S+\s)?to\s(?:my|his|her)\shead
        | pull(?:ing)?\sthe\strigger | (?:i|he|she)\s(?:am|feels?|is)\s(?:so\s|completely\s)?(?:worthless|trapped|useless)
        | worthless$
        | (?:i\sam|i'?m)\s(?:not\ssafe|unsafe) | i\s(?:do\snot|don'?t)\sfeel\ssafe | feel(?:ing)?\sunsafe
        | (?:i|i'm|im|am|just|he|she)\s(?:give|gives|giving|gave)\sup$ | no\sway\sout | (?:no\smeaning|meaningless)\slife
        | life\s(?:is\s(?:meaningless|pointless|over|not\sworth)|has\sno\s(?:meaning|point)) | say(?:ing)?\sgood\s?bye$
        | ^(?:please\s)?(?:someone\s|somebody\s)?(?:please\s)?help(?:\s(?:me|us|him|her|please|now|asap|tonight))*$
        | needs?\s(?:some\s)?help(?:\s(?:please|asap|bad(?:ly)?|urgently|fast|tonight|today))*$
        | feel(?:s|ing)?\slike\s(?:dying|ending|giving\sup)
        | (?:sleep|disappear|gone)\s(?:forever|for\sgood) | never\swake\sup | (?:never|not|(?:was|were|had)n'?t)\s(?:been\s)?born
        | want\s(?:to|2)\s(?:disappear|not\s(?:be|exist)|stop\s(?:living|existing))
        | jump(?:s|ed|ing)?\soff | slit\w*\s(?:my|his|her)\swrists? | noose | suicide\s(?:note|letter) | goodbye\s(?:note|letter)
        | (?:no|lost|losing)\s(?:(?:my|the)\s)?will\s(?:to|2)\slive | nothing\smatters | no\sfuture | not\sbeing\s(?:here|alive)
        | (?:tired|sick)\sof\s(?:living|life|being\salive|everything|fighting|trying|hurting|it\sall|this)\b(?!\s\w+ing)
        | don'?t\swant\s(?:to\s)?(?:\S+\s){{0,2}}?(?:(?:my|this)\slife|to\sdo\sthis)
        | can(?:'?t|\s?not)\s(?:go\son|keep\s(?:going|living|doing\sthis)|(?:live|do|take|handle|cope|stand|bear|fight|deal)\s
          (?:\S+\s){{0,3}}?any\s?more | do\s(?:this|it)$)
        | (?:i'?m|i\sam)\s(?:so\s|just\s)?done(?:$|\swith\s(?:everything|all\sof|it\sall|this\slife))
        | no\s?(?:one|body)\s(?:cares|loves|wants)\s?(?:about\s)?(?:me|if)?$ | helium
        | carbon\smonoxide
        | (?:bought|found|tied|tie|have)\s(?:a|the|my)\s(?:rope|knife|blade|razor)\b
        | (?:ways?|how)\s(?:to|2)\sdie | how\s(?:can|could|do|should)\si\sdie | painless\sdeath
        | how\s(?:much|many)\s(?:\S+\s){{1,6}}(?:(?:to|2)\s(?:die|kill|overdose)|(?:will|would)\skill)
        | (?:lethal|fatal|deadly)\s(?:\S+\s)?(?:doses?|amounts?)
        | overdos(?:e|ed|ing)\s(?:\S+\s){{0,3}}on\spurpose | (?:how|want|going|trying)\s(?:to|2)\soverdose
        | (?:have|has|got|gets?|getting|hold(?:s|ing)|load(?:s|ed|ing)|bought|with)\s(?:a|the|my|his|her|their)\s(?:loaded\s)?gun
          (?!\s(?:permit|licen[cs]e|safe|lock))
    )\b""",
    re.VERBOSE,
)

WISHES = re.compile(_NOT_TO_WAKE, re.VERBOSE)

# What somebody may have taken too much of, and how they took it.
_THINGS = r"""(?:pills?|tablets?|capsules?|caps|meds?|medicines?|medications?|drugs?|doses?|gummies|edibles|bottles?|ketamine|k
    |tylenol|advil|ibuprofen|acetaminophen|aspirin|xanax|ambien|benzos?|opioids?|opiates?|fentanyl|oxy\w*|heroin
      |antidepressants?|sleeping|lithium)"""
_TOOK = r"""(?:took|taken?|takes|taking|ate|eaten|eats|drank|drunk|drinks?|had|has|did|used|gave|given|swallow(?:ed|s|ing)?
    |snorted|injected|downed|got\s(?:in\s?to|hold\sof)|popped)"""
# What comes out of a bottle, with a word of the past: it was taken.
_SWALLOWED = (
    r"(?:took|taken|ate|eaten|drank|drunk|swallowed|downed|popped|chugged|gulped|snorted|injected|crushed|finished|emptied|stole)"
)
_PILLS = r"""(?:pills?|tablets?|capsules?|meds?|medicines?|medications?|tylenol|advil|motrin|aleve|ibuprofen|acetaminophen
    |aspirin|xanax
    |ambien|valium|ativan|klonopin|benzos?|opioids?|opiates?|oxy\w*|percocets?|vicodin|norco|fentanyl|heroin|benadryl|nyquil
      |melatonin
    |sleeping\spills?|painkillers?|pain\skillers?|insulin|prescriptions?|stash)"""
_MUCH = r"(?:bottles?|handfuls?|fistfuls?|bunch|bunches|whole|entire|packs?|packets?|box|boxes|package|rest|supply)"
_NOT_LONG_AGO = r"(?!.*\b(?:ago|once|years?|for\s(?:months|weeks)|last\s(?:year|month)|as\sprescribed)\b)"
# “Will I be unconscious?” asks what a treatment is like.
_NOT_A_QUESTION = r"(?<!i\sbe\s)(?<!you\sbe\s)(?<!am\si\s)(?<!are\syou\s)(?<!i\sget\s)(?<!you\sget\s)(?<!i\sgo\s)"
OVERDOSE = re.compile(
    rf"""\b(?:
        over\s?-?dos\w* | overdoe?s\w* | o\.?d | od'd | od'?ed | od'?ing
        | {_TOOK}\s(?:\S+\s){{0,3}}?(?:too?|2|way)\s(?:too?\s)?(?:many|much)(?!\s(?:time|money|work))
        | (?:too?|2)\s(?:many|much)\s(?:(?:of\s)?(?:my|his|her|the|their)\s)?(?:\S+\s)?{_THINGS}
        | {_TOOK}\s(?:\S+\s){{0,2}}?(?:all|whole|entire|full|bunch|handful|lots?|extra|double|twice|\d{{2,}})\s
          (?:(?:of|my|his|her|the|their|them|a|those|these)\s)*(?:\S+\s)?{_THINGS}
        | {_SWALLOWED}\s(?:\S+\s){{0,3}}?{_MUCH}(?!\s(?:water|coffee|lunch|food))
        | {_SWALLOWED}\s(?:\S+\s){{0,3}}?{_PILLS}{_NOT_LONG_AGO}
        | double[\s-]?dos(?:ed|ing) | can(?:'?t|\s?not)\s(?:stay\sawake|keep\s(?:\S+\s)?eyes\sopen)
        | {_SWALLOWED}\s(?:them\sall|all\s(?:of\s)?(?:it|them|those|these)|it\sall|everything)
        | empty\s(?:\S+\s){{0,2}}?(?:bottles?|packs?)\b | bottles?\s(?:is\s|are\s)?empty
        | (?:take|taking|eat|eating|drink|drinking)\s(?:\S+\s)?(?:bottles?|handfuls?|fistfuls?)\s
        | {_TOOK}\s(?:\S+\s){{0,3}}?more\s(?:\S+\s){{0,2}}?than\s(?!once)(?:i\s|he\s|she\s)?(?:was\s|am\s|is\s|should|supposed
          |prescribed|told|i|the)
        | (?:doubl|tripl)(?:ed|ing)\s(?:up\s)?(?:\S+\s){{0,2}}?(?:dose|pills?|meds?)
        | (?:took|taken|given|gave)\s(?:\S+\s){{0,3}}?(?:twice|two\sdoses)$
        | (?:drank|ate|swallowed|drink(?:ing)?)\s(?:\S+\s)?(?:ammonia|detergent|cleaner|gasoline|gas|windex|lysol
          |(?:tide\s)?pods?|mouthwash
          |perfume|hand\ssanitizer|rubbing\salcohol|drain\w*|pesticide|paint\w*|lighter\sfluid|peroxide)
        | {_PILLS}\s(?:is|are|would\sbe)\s(?:too|2)\s(?:many|much) | mixed\s(?:\S+\s){{0,2}}?{_PILLS}
        | (?:trying|tried)\s(?:to|2)\so\.?d
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
