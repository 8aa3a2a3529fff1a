"""What people type into the search when a body or a mind is in danger, or when somebody hurts them, in English."""

import re

# What is always an emergency, and what is one unless the words tell of the past, as of a reason not to be treated.
_BODY = r"(?:(?:my|his|her|their|the)\s)"
EMERGENCY = re.compile(
    rf"""\b(?:
        chest\s(?:\S+\s)?(?:pains?|hurts?|hurting|ache\w*|pressure|tight\w*) | (?:pain|pressure|tightness)\sin\s{_BODY}?chest
        | tight\schest | (?:throat|tongue|lips?|face)\s(?:\S+\s)?(?:tight\w*|swell\w*|swollen|clos(?:ing|ed|es))
        | (?:swollen|swelling)\s(?:\S+\s)?{_BODY}?(?:throat|tongue|lips?|face) | anaphyla\w*
        | (?:face|mouth)\s(?:\S+\s)?droop\w* | droop(?:ing|y)\s(?:face|mouth) | slurr(?:ed|ing)(?:\s{_BODY}?(?:speech|words))?
        | (?:weak|numb)\s(?:arm|leg|face) | (?:arm|leg|face)\s(?:\S+\s)?(?:weak|numb)
        | (?:sudden|severe|bad|terrible|horrible|awful|worst|thunderclap)\s(?:\S+\s){{0,3}}?headache\b
        | headache\s(?:\S+\s){{0,2}}?(?:sudden(?:ly)?|severe)
        | (?:short(?:ness)?\s(?:of|on)|gasping\sfor|no|catch\s{_BODY}?)\s?breath
        | (?:trouble|difficulty|hard\stime|hard\sto)\sbreath(?:e|ing)
        | (?:hit|hits|hitting|banged|cracked|struck)\s{_BODY}?head | fell\son\s{_BODY}?head | convuls\w+ | collaps(?:ed|ing)
        | no\spulse | seizing | fell\sdown | shak(?:es|ing)\suncontroll\w+
        | (?:left|right)\sarm\s(?:\S+\s)?(?:pain|hurts?|hurting|numb)
        | numb\s(?:\S+\s){{0,3}}?side | can(?:'?t|\s?not)\s(?:talk|speak|see)$ | vision\s(?:\S+\s)?(?:black|gone|lost)
        | fever\s(?:of\s)?10[3-9]
        | delirium\stremens | dts$ | (?:shak|seeing|seiz|sweat)\w*\s.*(?:stopped|quit)\sdrinking
        | (?:stopped|quit)\sdrinking\s.*(?:shak|seeing|seiz) | withdrawal\sseizures? | rash\s(?:and|with)\s
        | (?:i\sam|i'?m|am\si|is\ss?he|s?he(?:'?s|\sis))\s(?:\S+\s)?dying(?!\s(?:to|for|of)\b)
        | (?:dial|call(?:ing|ed)?)?\s?911 | ambulance | paramedics? | gasp(?:s|ing|ed)?(?!\sat) | chok(?:ing|ed|es)
        | medical\semergency
        | (?:go(?:ing)?|get|take|took|drive|need)\s(?:\S+\s){{0,2}}?(?:emergency\sroom|the\ser|hospital\snow)
        | ^(?:emergency(?:\sroom)?|er|emt|cpr)$
        | bleed(?:s|ing)?\s(?:\S+\s){{0,2}}?(?:out|a\slot|lots|heavily|badly|everywhere|(?:won'?t|will\snot|doesn'?t
          |does\snot)\sstop)
        | (?:won'?t|can'?t|doesn'?t)\sstop\sbleeding | lots?\sof\sblood | (?:cough|vomit|throw|spit|puk)\w*\s(?:up\s)?blood
        | blood\sin\s{_BODY}?vomit
        | can(?:'?t|\s?not)\s(?:move(?:$|\safter)|(?:move|feel)\s{_BODY}(?!appointment|consult|visit|date|time))
        | turn(?:s|ed|ing)\s(?:blue|gray|grey|purple)
        | heart\s(?:\S+\s)?(?:stop(?:s|ped)?|racing|pounding)
    )\b""",
    re.VERBOSE,
)
PERHAPS_EMERGENCY = re.compile(
    r"\b(?:seizure|strokes?|faint(?:ed|ing|s)?|black(?:ed|ing)\sout|heart\sattack|allergic\sreaction|hives|serotonin\ssyndrome)\b",
)

# A crisis of the body, in English and Spanish, with and without accents. Who takes an MAOI is taught the first of these words.
# Any other crisis may be one of the mind: `danger_words.py`.
BODY_CRISIS = re.compile(
    r"""\b(?:
        (?:hypertensi(?:ve|on)|pressure|bp|thyroid|thyrotoxic|adrenal|addison\w*(?:'s)?|sickle(?:\scell)?|cholinergic|oculogyric
          |asthma|diabetic|cardiac|heart)\scris[ie]s
        | crisis\s(?:hipertensivas?|de\s(?:la\s)?(?:presi[oó]n|hipertensi[oó]n|asma|epilepsia)|tiroideas?|suprarrenal|adrenal
          |asm[aá]ticas?|convulsivas?|epil[eé]pticas?|card[ií]acas?|falciforme|drepanoc[ií]tica)
        | hypertensive\s(?:emergency|urgency)
    )\b""",
    re.VERBOSE,
)

# Somebody is hit, threatened or forced. Of a drug, “abuse” means something else.
_HITS = r"""(?:hits?|hitting|beats?|beating|beaten|chok(?:es?|ed|ing)|punch(?:es|ed|ing)?|slap(?:s|ped|ping)?
    |kick(?:s|ed|ing)?|strangl\w+|threaten(?:s|ed|ing)?|stalk(?:s|ed|ing)?|abus(?:es?|ed|ing)|shov(?:es?|ed|ing)
    |push(?:es|ed)|assault(?:s|ed|ing)?|attack(?:s|ed|ing)?|hurts|hurting|hurt)"""
VIOLENCE = re.compile(
    rf"""\b(?:
        (?:domestic|family|partner|relationship|dating|spous\w+)\s(?:violence|abuse)
        | (?:abusive|violent)\s(?:husband|wife|partner|boyfriend
          |girlfriend|spouse|relationship|home|marriage|ex|dad|mom|father|mother|parents?) | batter(?:ed|er)\b | abuser
        | (?:physical|sexual|emotional|verbal|child|elder)(?:ly)?\sabus\w+ | ^abused?$ | sexual(?:ly)?\s(?:assault|molest)\w*
        | rap(?:e[ds]?|ing|ist) | molest\w* | grop(?:e[ds]?|ing) | incest | assault(?:s|ed|ing)\s(?:me|us)
        | touch(?:es|ed|ing)\sme(?:$|\s(?:\S+\s){{0,2}}?(?:inappropriately|sexually|there|without))
        | (?:been|was|got|were|being|i'?m|am)\s(?:beaten|assaulted|stalked|abused|threatened|trafficked)
        | (?:he|she|they|who|someone|somebody|husband|wife|partner|boyfriend|girlfriend|bf|gf|spouse|ex|roommate|caregiver|dad
          |father|mom|mother|son
          |brother|uncle)\s(?:(?:is|was|just|keeps|has|will|might|may|wants\sto|always|sometimes|tried\sto|to)\s){{0,3}}{_HITS}\s
          (?:me|us|her|my\s(?:kids?|child(?:ren)?|baby|son|daughter|mom|mother))\b
        | (?:afraid|scared|terrified)\sof\smy\s(?:husband|wife|partner|boyfriend|girlfriend|spouse|ex|dad|father|mom|mother|son)
        | (?:threat\w+|going|wants?|wanted|tr(?:ied|ying)|will|said\s\w+)\s(?:to\s)?(?:kill|hurt|shoot|stab)\s(?:me|us)\b
        | (?:he'?s|she'?s|^|and)\s?{_HITS}\sme\b | throw(?:s|ing)?\s(?:\S+\s)?at\sme | (?:scared|afraid)\sto\sgo\shome | abusive$
        | (?:has|holding|swinging|waving|pulled|grabbed)\s(?:a|the)\s(?:\S+\s)?(?:knife|machete|bat|weapon)
        | forc(?:es?|ed|ing)\s(?:me|her|him)\s(?:to\s)?(?:have\s)?sex | lock(?:s|ed)\s(?:me|us)\s(?:in|out)
        | (?:order\sfor\sprotection|restraining\sorder|protective\sorder|women'?s\sshelter)
        | not\ssafe\s(?:at\shome|with\s(?:him|her))
        | (?:won'?t|doesn'?t|not)\slet\sme\s(?:leave|go|out)
    )\b""",
    re.VERBOSE,
)

# What is an emergency of the mind, in the same two parts. Who asks “will I hallucinate” is told of side effects instead.
_HURT = r"(?:hurt|harm|kill|attack|shoot|stab)(?:ing)?"
_OTHERS = r"""(?:him|her|them|you|people|others|some(?:one|body)|any(?:one|body)|every(?:one|body)
    |(?:my|his|her|their|the|our)\s(?:wife|husband|partner|kids?|child(?:ren)?|baby|son|daughter|mom|mother|dad|father|family
      |boss|ex))"""
MIND = re.compile(
    rf"""\b(?:
        hear(?:s|ing|d)?\s(?:\S+\s){{0,2}}?(?:voices|things) | voices\s(?:in|are|tell\w*|say\w*|came|come|back|again)
        | (?:they|people|neighbors?|government|fbi|cia|police)\s(?:is\s|are\s)?(?:watch|follow|spy|record|track
          |listen)\w*\s(?:on\s|to\s)?(?:me|us|my)
        | god\s(?:told|tells|is\stelling)\sme | can(?:'?t|\s?not)\sstop\stalking
        | i(?:'?m|\sam)\s(?:being\s(?:followed|watched)|invincible|immortal) | ^i\scan\sfly$
        | cameras\sin\s(?:my|the)\s(?:house|walls?|room)
        | act(?:s|ing)\s(?:\S+\s)?(?:crazy|insane|manic|psychotic)
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
PERHAPS_MIND = re.compile(r"\b(?:psychosis|mania|manic(?!\sdepress)|delusions?|hallucinations|hallucinated)\b")
PAST = re.compile(
    r"\b(?:i(?:'ve)?\s(?:have\s|ever\s|once\s)?(?:had|have|get)|history|past|previous|prior|once|ago|years?|needles?|shots?|sight|blood"
    r"|meds?|medicines?|medications?|pills?|disorder|causes?|triggers?|risks?)\b"
)
JUST_NOW = re.compile(r"\b(?:after|just|now|tonight|today|having|help|symptoms?|signs?)\b")
