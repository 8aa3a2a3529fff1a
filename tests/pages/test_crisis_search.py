"""A search that may mean suicide is answered with whom to call, above everything else."""

import html
import re
import time
import tomllib
from pathlib import Path

import pytest

from pages.crisis_search import dangers_in, meanings_of, rules_met_by
from pages.models import Question

# Searches of a person in danger, and searches that only share a word with them.
_MEANS_IT = [
    *("kill myself", "killing myself", "kill me", "hang myself", "hurt myself", "cutting myself", "self harm", "self-harm"),
    *("want to die", "I want to die", "wanna die", "want  to   die", "suicide", "suicidal", "Suicidal thoughts", "988"),
    *("wish I was dead", "wish i were dead", "better off dead", "end my life", "ending it all", "end it", "take my own life"),
    *("don't want to live", "dont want to live", "don’t want to be here", "I do not want to wake up"),
    *("no reason to live", "not worth living", "can't go on"),
    *("sucide", "sucidal thoughts", "suiside", "siucide", "soocide", "suicde"),
    *("kill myslef", "hang myslef", "wnat to die", "I want to dei", "klil myself", "suicidel"),
    *(
        "kill my self",
        "killing my self",
        "hurt my self",
        "kill mself",
        "kil myself",
        "i am dead",
        "id rather die",
        "i'd rather die",
    ),
    *("ways to die", "way to die", "how to die", "how can i die", "painless way to die", "easiest way to die"),
    *("how much ketamine to die", "how many pills would it take to die", "lethal dose of ketamine", "overdose on purpose"),
    *("no will to live", "i cant live anymore", "I can’t live any more", "want 2 die", "i want 2 die", "tired of living"),
    *("suicied", "suicied thoughts", "suecide", "suecide help", "sucicide", "suicedal"),
    *(
        "whats the point of living",
        "What’s the point anymore",
        "wat is the point of liveing",
        "no point in going on",
        "no reson to live",
    ),
    *("i wish i were ded", "i wish i was ded", "never wake up", "sleep forever", "nothing to live for", "better off without me"),
    *("i feel hopeless", "lost all hope", "want to disappear", "done with life", "jump off a bridge", "slit my wrists"),
    *("hope i dont wake up", "i hope i don't wake up tomorrow", "wish i wouldnt wake up", "i wish i would just not wake up"),
    *("go to sleep and not wake up", "not wanting to be here", "i dont care if i die", "i wish i was never born"),
    *("thinking about ending things", "she doesnt want to be here"),
    *("drown myself", "hanged herself", "my daughter cuts herself", "drwon myself", "gas himself", "jump in front of a train"),
    *("jump from roof", "drive into a tree", "walk into traffic", "hanging", "cutting", "my daughter is cutting", "cut my arm"),
    *("he cut his wrists", "everyone better without me", "world would be better without me", "i am a burden", "i give up"),
    *("want the pain to stop", "stop existing", "thoughts of dying", "thoughts of death", "pills in my hand", "i am not safe"),
    *("i cant do it anymore", "nobody would miss me", "life is not worth it", "help", "please help me", "i need help"),
    *("i cant keep living like this", "so tired of everything", "nothing matters anymore", "i think about not being here"),
    *("why am i even alive", "everyone hates me", "my family would be better off", "i hate myself", "i deserve to die"),
    *("i cant take this pain anymore", "make it all stop", "getting my affairs in order", "dark thoughts", "i cut too deep"),
    *("i dont trust myself tonight", "standing on the bridge", "me corté las venas", "me siento sola", "noose around my neck"),
    *("quiero morir", "me quiero matar", "quiero matarme", "Quitarme la vida", "no quiero vivir", "ya no puedo más", "ayuda"),
    *("quiero hacerme daño", "no tengo ganas de vivir", "me voy a ahorcar", "estaría mejor muerta", "necesito ayuda"),
    *("crisis", "mental health crisis", "crisis nerviosa", "hypertensive crisis and i want to die"),
    *("crisis line", "i need help now", "my husband has a gun", "i have a loaded gun", "i feel like dying"),
]
# A crisis, and not of the mind.
_BODY_IN_A_CRISIS = [
    *("hypertensive crisis", "hypertensive crisis after ketamine", "MAOI hypertensive crisis", "blood pressure crisis"),
    *("bp crisis", "thyroid crisis", "adrenal crisis", "sickle cell crisis"),
    *("crisis hipertensiva", "crisis de presión", "crisis epiléptica"),
]
_MEANS_SOMETHING_ELSE = [
    *_BODY_IN_A_CRISIS,
    *("died", "have people died", "die", "can it kill you", "will I die from ketamine", "does it hurt", "wake up during"),
    *(
        "how many people die",
        "can you die from ketamine",
        "how much ketamine is a dose",
        "low dose",
        "overdose",
        "can i live alone",
    ),
    *("can i drive my car", "can i walk home", "will it help me", "help my friend", "help paying", "i feel safe", "haircut"),
    *(
        "can ketamine burn my arm",
        "by myself",
        "drive myself home",
        "can you cut my dose",
        "back pain",
        "is it better without him in the room",
    ),
    *("what is the point of a consult", "can i stop taking it", "would i be better off with therapy", "walk to the bus"),
    *("is it a burden on my kidneys", "take my life back", "i am done with zoloft", "can i step out of the room"),
    *("ayuda para pagar", "cuanto cuesta", "habla español", "cut back on drinking", "jump to the front of the waiting list"),
    *("does ketamine kill brain cells", "i am dead tired", "not myself after ketamine", "dead serious question"),
    *("deadline", "how does it end", "the end of treatment", "endless", "weekend", "live music", "herself"),
    *(
        "what do you want to know",
        "taxi",
        "cost",
        "ketamine",
        "succeed",
        "success",
        "sudden",
        "I was sued",
        "side",
        "alive",
        "lived",
        "deal with it",
    ),
]
# Somebody has taken too much, or may not be waking up; and searches that only share a word with that.
_TOOK_TOO_MUCH = [
    *("took too many pills", "i took too much", "took to many pils", "I have taken too much ketamine", "took all my pills"),
    *("took a whole bottle of tylenol", "took 20 pills", "took double my dose", "too many sleeping pills", "drank bleach"),
    *("overdosed", "overdose", "OD", "i OD’d", "over dose", "overdoes", "ovredose", "can you overdose on ketamine"),
    *("swallowed a bottle of pills", "swalowed pills", "poison", "posion", "poisoned", "poison control", "my son ate gummies"),
    *("my kid got into my pills", "not breathing", "he wont wake up", "can’t wake him up", "blue lips", "passed out", "narcan"),
    *("he is unconscious", "found unconscious", "lost consciousness", "he got knocked out", "he is hard to wake", "hard to wake"),
    *(
        "took a bottle of tylenol",
        "took a bottle of pills",
        "ate a bottle of pills",
        "downed a bottle of pills",
        "took her pills",
    ),
    *("my wife took pills", "took my husbands pills", "i took pills", "took more than prescribed", "i took my meds twice"),
    *("she finished the bottle of ativan", "doubled my dose", "how many tylenol is too many", "my son drank mouthwash"),
    *("accidentally double dosed", "cant stay awake after taking pills"),
    *("i took all of it", "empty pill bottle", "found an empty bottle", "he took them all", "mixed xanax and vodka"),
    *("sobredosis", "tomé muchas pastillas", "mi hijo se tomó un frasco de pastillas", "mi esposo no despierta", "no respira"),
    *(
        "too sleepy to wake",
        "breathes very slowly",
        "breathing is slow",
        "shallow breathing",
        "i hope my wife is ok she wont wake",
    ),
]
_TOOK_NOTHING = [
    *(
        "do i wake up during it",
        "will i wake up",
        "how much ketamine is a dose",
        "low dose",
        "can i take pills",
        "do you prescribe pills",
    ),
    *("how much does it cost", "it costs too much", "does it take too much time", "trouble swallowing", "can i take my meds"),
    *("odd thoughts", "am i allowed to eat", "he takes lithium", "my mom takes pills", "list of all my medications", "prison"),
    *("side effects", "has it been used", "body", "how many sessions", "I take ADHD pills", "i took lexapro for years"),
    *(
        "took antidepressants",
        "i took pills for years",
        "can i take two tylenol",
        "does it take more than one visit",
        "toma medicinas",
    ),
    *("will i be unconscious", "do you get knocked out", "hard to wake up in the morning", "breathing exercises", "breathe"),
]
# Of themselves, and so no case of somebody who cannot be woken.
_WISHES_NOT_TO_WAKE = ["hope i dont wake up", "i wish i would not wake up", "i wish i would just not wake up"]


# A body in danger now; and searches about a history, a fear or a drug that only share a word with that.
_NEEDS_AN_AMBULANCE = [
    *_BODY_IN_A_CRISIS,
    *("i think i’m dying", "she is dying right now"),
    *("chest pain after ketamine", "chest pain", "my chest hurts", "pain in my chest", "chest feels tight", "i have chest pain"),
    *("seizure", "siezure", "he is having a seizure", "he had a seizure", "i had a seizure after ketamine", "convulsing"),
    *("stroke", "signs of a stroke", "his face is drooping", "slurred speech", "my arm is numb", "worst headache of my life"),
    *("she fainted", "fainting after ketamine", "blacked out", "collapsed", "he fell and hit his head", "heart attack"),
    *("my throat is closing", "throat swelling", "swollen tongue", "face is swelling", "anaphylaxis", "allergic reaction"),
    *("very bad headache", "a sudden, very bad headache", "severe headache", "thunderclap headache", "headache came suddenly"),
    *("911", "call 911", "emergency room", "ambulance", "gasping", "choking", "bleeding wont stop", "my throat feels tight"),
    *("no pulse", "numb on one side", "fever of 104", "shaking uncontrollably"),
    *("no puedo respirar", "dolor en el pecho", "emergencia", "se desmayó", "me duele el pecho", "can't feel my legs"),
    *("i think i'm dying", "is he dying", "i cannot move", "serotonin syndrome"),
    *("trouble breathing", "short of breath", "hives", "hives after ketamine", "fell and hit head", "she fell on her head"),
]
_NEEDS_NONE_NOW = [
    *(
        "i had a seizure once",
        "i have seizures",
        "epilepsy",
        "seizure medicine",
        "i had a stroke",
        "past stroke",
        "a stroke years ago",
    ),
    *("i faint at needles", "i had a heart attack", "heart disease", "heart failure", "allergies", "allergy", "sore throat"),
    *(
        "headache",
        "trouble swallowing",
        "does my head hurt",
        "panic",
        "face to face",
        "chest",
        "weak",
        "numb",
        "leisure",
        "brain fog",
    ),
    *("dying to know", "can’t move my appointment", "can ketamine cause a stroke", "dead tired after infusion"),
    *("how much does it cost", "what to expect", "painted", "happening", "arm", "i get hives from penicillin, years ago"),
]


# Somebody may be losing touch with what is real, or may hurt others; and searches that only share a word with that.
_MIND_IN_DANGER = [
    *(
        "hearing voices",
        "i hear voices",
        "hearing voices the next day",
        "voices in my head",
        "seeing things",
        "he is hearing things",
    ),
    *("hallucinating", "hallucinating after treatment", "paranoid", "she is paranoid", "delusional", "he thinks he is god"),
    *(
        "psychotic",
        "psychosis",
        "psychosis after ketamine",
        "mania",
        "manic",
        "my wife is manic",
        "sees things that are not there",
    ),
    *("not sleeping for days racing thoughts", "racing thoughts", "hasn’t slept in three days", "awake for days"),
    *("thinks people are after him", "they are out to get me", "i want to hurt someone", "he wants to kill my family"),
    *("thoughts of hurting my baby", "afraid i will hurt people", "kill my kids", "harm others", "kill him", "homicidal"),
    *("he is violent", "aggressive", "too upset to be calmed", "confused and agitated"),
    *("oigo voces", "escucho voces"),
    *("the voices came back", "voices say kill", "they are watching me", "i'm being followed", "wife acting crazy"),
]
_MIND_AT_EASE = [
    *(
        "will i hallucinate",
        "hallucinate",
        "will i see things",
        "will i go crazy",
        "history of psychosis",
        "i had psychosis once",
    ),
    *(
        "manic depression",
        "bipolar",
        "schizophrenia",
        "do you see people with ptsd",
        "can it hurt my baby",
        "will it hurt people",
    ),
    *(
        "can it kill you",
        "sleep apnea",
        "sleep",
        "i cannot sleep",
        "insomnia",
        "who looks after me that night",
        "look after her kids",
    ),
    *("confused about the cost", "aggressive treatment", "hurts", "how do you calm down"),
    *("can ketamine cause psychosis", "can it trigger mania", "not myself after ketamine"),
    *("does it make sense to try this", "is it real", "how do i know you are real", "can i stay up", "racing", "race", "sense"),
    *("do i have to come in for days in a row", "gun permit", "can i keep my guns", "will someone be with me", "does it hurt"),
]


# Somebody is suddenly mixed up, which may be a stroke; and searches that only share a word with that.
_MIXED_UP = [
    *("not making sense", "he isnt making any sense", "makes no sense", "talking nonsense", "he doesnt know where he is"),
    *("disoriented", "confused in the morning", "confused next day", "still confused", "confused and agitated"),
    *("sudden confusion", "delirious", "doesn't recognize me", "delirium after ketamine", "i don't know where i am"),
]
_CLEAR = [
    *("it makes no sense to me why insurance wont pay", "does it make sense to try this", "confused about the cost"),
    *("i don't know where he is", "i don't know where you are", "history of delirium", "confusing website", "sense"),
    *("it makes no sense to live", "delirium tremens"),
]


# Somebody hurts them; and searches that only share a word with that.
_IS_HURT = [
    *("my husband hits me", "domestic violence", "he beats me", "my boyfriend threatened to kill me", "abusive relationship"),
    *("he's hitting me", "choked me last night", "she throws things at me", "scared to go home"),
    *("he has a knife", "he is going to shoot us", "forced me to have sex", "my dad locks me in"),
    *("rape", "stranger raped me", "my therapist groped me", "my stepdad touched me", "molested at the clinic"),
    *("i was raped", "my partner chokes me", "i am afraid of my husband", "he hurts my kids", "mi esposo me pega", "violencia"),
]
_IS_NOT = [
    *("drug abuse", "substance abuse", "history of alcohol abuse", "does it hurt me", "will it hit me fast", "heart attack"),
    *("grapes", "therapy", "the nurse touched my arm", "will it hurt me"),
    *("my husband", "it hurts my arm", "he is afraid of needles", "beat depression", "can he come with me", "panic attack"),
]


def test_a_search_about_being_hurt_is_told_from_others():
    assert {query: "violence" in meanings_of(query) for query in (*_IS_HURT, *_IS_NOT)} == {
        **dict.fromkeys(_IS_HURT, True),
        **dict.fromkeys(_IS_NOT, False),
    }


def test_a_search_about_a_mind_in_danger_is_told_from_others():
    assert {query: "mind" in meanings_of(query) for query in (*_MIND_IN_DANGER, *_MIND_AT_EASE)} == {
        **dict.fromkeys(_MIND_IN_DANGER, True),
        **dict.fromkeys(_MIND_AT_EASE, False),
    }
    assert not [query for query in ("gun permit", "can i keep my guns", "i have a gun permit") if "suicide" in meanings_of(query)]


def test_a_search_about_sudden_confusion_is_told_from_others():
    assert {query: "confusion" in meanings_of(query) for query in (*_MIXED_UP, *_CLEAR)} == {
        **dict.fromkeys(_MIXED_UP, True),
        **dict.fromkeys(_CLEAR, False),
    }


def test_a_search_about_a_body_in_danger_is_told_from_others():
    assert {query: "emergency" in meanings_of(query) for query in (*_NEEDS_AN_AMBULANCE, *_NEEDS_NONE_NOW)} == {
        **dict.fromkeys(_NEEDS_AN_AMBULANCE, True),
        **dict.fromkeys(_NEEDS_NONE_NOW, False),
    }


def test_a_search_about_having_taken_too_much_is_told_from_others():
    assert {query: "overdose" in meanings_of(query) for query in (*_TOOK_TOO_MUCH, *_TOOK_NOTHING)} == {
        **dict.fromkeys(_TOOK_TOO_MUCH, True),
        **dict.fromkeys(_TOOK_NOTHING, False),
    }
    assert not [query for query in _TOOK_NOTHING if "suicide" in meanings_of(query)]
    assert [("suicide" in meanings_of(query), "overdose" in meanings_of(query)) for query in _WISHES_NOT_TO_WAKE] == [
        (True, False)
    ] * 3


def test_a_search_of_a_person_in_danger_is_told_from_others():
    assert {query: "suicide" in meanings_of(query) for query in (*_MEANS_IT, *_MEANS_SOMETHING_ELSE)} == {
        **dict.fromkeys(_MEANS_IT, True),
        **dict.fromkeys(_MEANS_SOMETHING_ELSE, False),
    }


def test_the_words_of_frightened_people_bring_the_card_and_everyday_ones_bring_none():
    said = tomllib.loads(Path(__file__).with_name("urgent_queries.toml").read_text(encoding="utf-8"))
    everyday = said.pop("none")
    assert [(query, card) for card, queries in said.items() for query in queries if card not in meanings_of(query)] == []
    alarmed = [query for query in everyday if meanings_of(query)]
    assert {query: [rule.written for rule in rules_met_by(query)] for query in alarmed} == {}


def test_no_query_takes_long_to_recognize():
    longest = [
        "i want to " * 10,
        "took my pills and " * 6,
        "not " * 25,
        "my hurt " * 12,
        "a" * 100,
        "headache worst pee xanax " * 4,
    ]
    meanings_of(" ".join(longest))
    began = time.process_time()
    for query in longest:
        meanings_of(query[:100])
    assert time.process_time() - began < 2


# A card ends with whom to call, in Spanish.
_IN_SPANISH = ["911", "988"]


def main_of(client, query: str) -> str:
    return re.search(r"<main.*?</main>", client.get("/search/", {"q": query}).content.decode(), re.S)[0]


@pytest.mark.django_db
def test_whoever_was_assaulted_by_anybody_reads_the_number_for_it(client, content):
    card = main_of(client, "rape").partition('class="note crisis-card"')[2].partition("</section>")[0]
    assert re.findall(r'href="tel:([^"]+)"', card) == ["911", "+18007997233", "+18006564673", "988", *_IN_SPANISH]
    assert "by anybody: the National Sexual Assault Hotline" in card


@pytest.mark.django_db
def test_the_crisis_line_stands_above_results_and_on_an_empty_page(client, content):
    with_results = main_of(client, "suicide")
    assert with_results.index("tel:988") < with_results.index('class="posts"')
    for query in ("suicide", "xyzzy kill myself"):
        main = main_of(client, query)
        assert main.count('href="tel:988">Call or text 988</a> now') == 1
        assert 'href="tel:911"' in main
        assert 'href="/faqs/#wishing-to-be-dead"' in main
    empty = main_of(client, "xyzzy")
    assert "We found nothing" in empty
    for link in ("/faqs/", "tel:988", "tel:911"):
        assert f'href="{link}"' in empty


@pytest.mark.django_db
def test_911_comes_first_and_then_poison_control_for_who_has_taken_too_much(client, content):
    for query in ("took too many pills", "xyzzy overdosed"):
        main = main_of(client, query)
        calls = re.findall(r'href="tel:([^"]+)"', main)
        assert calls == ["911", "+18002221222", "988", *_IN_SPANISH], query
        assert ">1-800-222-1222</a>" in main
        # Nothing else is above it but the field.
        assert main.index('id="overdose"') < main.find('class="posts"') % len(main)
    # Who is not waking up is not asked first what was taken.
    heading = re.search(r'id="overdose">([^<]*)<', main_of(client, "he wont wake up after treatment"))[1]
    assert heading.startswith("Cannot be woken, not breathing normally,")
    both = re.findall(r'href="tel:([^"]+)"', main_of(client, "i want to die and swallowed pills"))
    assert both == ["911", "+18002221222", "988", "988", "911", *_IN_SPANISH]


@pytest.mark.django_db
def test_911_stands_above_the_results_for_a_body_in_danger_and_once(client, content):
    for query in ("chest pain after ketamine", "xyzzy seizure", "she fainted and passed out"):
        main = main_of(client, query)
        card = main.partition('class="note crisis-card"')[2].partition("</section>")[0]
        assert 'href="tel:911">Call 911</a>' in card, query
        assert main.count("crisis-card") == 1, query
        assert main.index("crisis-card") < main.find('class="posts"') % len(main)
    assert "crisis-card" not in main_of(client, "i had a seizure once")


@pytest.mark.django_db
def test_a_racing_heart_and_a_very_high_reading_have_a_number_to_call_and_confusion_is_for_911(client, content):
    for query in ("racing heart", "bp 190/110 after ketamine", "blood pressure 180"):
        card = main_of(client, query).partition('class="note crisis-card"')[2].partition("</section>")[0]
        for words in ("180/120 or more", "call the number the clinic gave you", "a change in sight", "loss of sight", "blood.\n"):
            assert words in card, (query, words)
    card = main_of(client, "he makes no sense").partition('class="note crisis-card"')[2].partition("</section>")[0]
    assert re.findall(r'href="tel:([^"]+)"', card.partition("On the day or night of a dose")[0]) == ["911"]


@pytest.mark.django_db
def test_below_the_card_on_suicide_stand_the_answers_that_help_and_no_others_until_all_are_asked_for(client, content):
    slugs = ("thinking-about-suicide", "wishing-to-be-dead", "what-if-i-say-it", "when-to-get-help")
    helping = [f"/faqs/#{slug}" for slug in slugs]
    for query in ("kill myself", "lethal dose of ketamine & pills"):
        main = main_of(client, query)
        listed = main.partition('<ul class="posts">')[2].partition("</ul>")[0]
        assert re.findall(r'href="([^"]+)"', listed) == [*helping, "/disclaimer/#more-help"], query
        shows_all = html.unescape(re.search(r'href="([^"]*all=yes)"', main)[1])
        everything = client.get(shows_all).content.decode()
        assert 'id="call-now"' in everything
        assert everything.count("<mark>") > 0, query
        assert "all=yes" not in everything
    Question.objects.filter(slug="what-if-i-say-it").update(is_published=False)
    assert "what-if-i-say-it" not in main_of(client, "kill myself")
    assert "all=yes" not in main_of(client, "chest pain")


@pytest.mark.django_db
def test_an_emergency_room_stands_above_the_results_for_a_mind_in_danger_and_below_988_for_suicide(client, content):
    for query in ("hearing voices the next day", "xyzzy paranoid"):
        main = main_of(client, query)
        card = main.partition('class="note crisis-card"')[2].partition("</section>")[0]
        assert re.findall(r'href="tel:([^"]+)"', card) == ["911", "988", *_IN_SPANISH], query
        for words in ("emergency room now", "racing thoughts", "day or night of a dose", "/faqs/#when-to-get-help"):
            assert words in card, words
        assert main.count("crisis-card") == 1, query
        assert main.index("crisis-card") < main.find('class="posts"') % len(main)
    both = main_of(client, "voices tell me to kill myself")
    assert both.index('id="call-now"') < both.index('id="mind"')


@pytest.mark.django_db
def test_withdrawal_urine_and_a_drink_after_a_dose_each_have_a_card_that_says_where_to_turn(client, content):
    for query, calls, words in (
        ("xanax withdrawal", ["911", "988", *_IN_SPANISH], "should not be stopped alone"),
        ("can't pee", ["911", "988", *_IN_SPANISH], "go to an emergency room now"),
        ("i drank wine after ketamine", ["911", "+18002221222", "988", *_IN_SPANISH], "take no more of it"),
    ):
        main = main_of(client, query)
        card = main.partition('class="note crisis-card"')[2].partition("</section>")[0]
        assert re.findall(r'href="tel:([^"]+)"', card) == calls, query
        assert words in card, query
        assert main.count("crisis-card") == 1, query


@pytest.mark.django_db
def test_every_answer_says_once_whom_to_call_before_any_result_and_in_spanish(client, content):
    for query in ("cost", "xyzzy", "a", "?", "zoloft", "suicide", "chest pain", "he beats me", "voices tell me to kill myself"):
        main = main_of(client, query)
        before = main.partition('class="posts"')[0]
        assert before.index("</form>") < before.index("tel:988"), query
        assert {"911", "988"} <= set(re.findall(r'href="tel:([^"]+)"', before.partition('lang="es"')[0])), query
        spanish = re.sub(r"<[^>]+>|\s+", " ", before.partition('lang="es">')[2].partition("</span>")[0])
        assert "llame al 988 y presione 2" in " ".join(spanish.split()), query
        # Said by a card, or by the line below the field; never by both.
        assert main.count('lang="es"') == 1, query
        assert bool(re.search(r"</form>\s*<p>", before)) is not bool(dangers_in(query)), query
    assert "tel:" not in main_of(client, "")
