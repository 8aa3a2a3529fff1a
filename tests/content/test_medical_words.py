"""What the medical texts must say, and where: the same everywhere, and fair to both sides."""

import re
from pathlib import Path

from content.citation_marks import without_citations
from content.files import read_content_files

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = {file.name: file.body for file in read_content_files(ROOT / "blog/content/articles")}
PAGES = {file.name: file.body for file in read_content_files(ROOT / "pages/content/pages")}
QUESTIONS = {file.facts["slug"]: file for file in read_content_files(ROOT / "pages/content/questions")}
ALL = ARTICLES | PAGES | {f"faqs#{slug}": file.body for slug, file in QUESTIONS.items()}


def sentences(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in re.split(r"(?<=[.!?])\s+", without_citations(line))]


def test_trials_against_a_sedative_are_told_from_both_sides():
    names = ("what-is-ketamine", "ketamine-benefits", "ketamine-words", "faqs#will-it-work-for-me", "faqs#how-fast-and-how-well")
    for name in names:
        keys = ("loo-2023", "wilkinson-2019", "lii-2023", "karma-dep-2-2025")
        assert [key for key in keys if f"@{key}" not in ALL[name]] == [], name


def test_the_wider_gap_against_a_sedative_never_stands_without_the_stricter_count_of_it():
    wider = {name for name, text in ALL.items() if "{number: one-dose-sedative.ketamine}" in text}
    assert {"what-is-ketamine", "deciding", "for-clinicians", "faqs#will-it-work-for-me", "faqs#how-fast-and-how-well"} <= wider
    for name in wider:
        assert "{number: cochrane-sedative.ketamine}" in ALL[name], name
        assert "{number: cochrane-sedative.midazolam}" in ALL[name], name
        assert re.search(r"Chance alone might explain|very low", ALL[name]), name


def test_who_tells_that_thoughts_of_suicide_eased_tells_the_trial_in_outpatients_in_which_they_did_not():
    for name in ("what-is-ketamine", "ketamine-benefits", "faqs#suicidal-thoughts"):
        assert "{number: ionescu.people}" in ALL[name], name


def test_a_trial_that_could_not_tell_is_not_said_to_have_found_no_difference():
    said = {sentence for text in ALL.values() for sentence in sentences(text) if re.search(r"\bno difference\b", sentence)}
    assert said == {"**Not significant**{#not-significant} does not prove that there is no difference."}


def test_suicidal_thoughts_are_told_overall_and_for_depression_together():
    told = [name for name, text in ALL.items() if re.search(r"not bipolar disorder", text) and "abbar-2022" in text]
    assert set(told) == {"what-is-ketamine", "ketamine-benefits", "ketamine-words", "faqs#suicidal-thoughts"}
    for name in told:
        assert re.search(r"twice as many people|were free of such thoughts", ALL[name]), name
        assert "By week six the difference was no longer clear." in ALL[name], name
        assert re.search(r"not bipolar disorder, the trial could not show whether it helped", ALL[name]), name
        assert "grunebaum-2018" in ALL[name], name


def test_the_second_use_of_esketamine_is_for_symptoms_of_depression():
    about = [sentence for text in ALL.values() for sentence in sentences(text) if "acute suicidal thoughts" in sentence]
    assert len(about) >= 4
    assert [sentence for sentence in about if not re.search(r"depression symptoms", sentence)] == []


def whole(text: str) -> str:
    """The text without citations, links and marks, on one line: the same for a list and for a sentence with its items."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", without_citations(text)).replace("**", "")
    return " ".join(plain.replace("\n- ", " ").split())


def test_whom_to_call_is_said_in_the_same_words_wherever_it_is_said():
    signs = (
        "cannot be woken or is hard to wake, breathes very slowly or has blue or gray lips",
        "has chest pain, trouble breathing, a sudden, very bad headache, or vomits blood",
        "faints, has a seizure, or falls and hits their head",
        "has a drooping face, a weak arm, slurred speech or a sudden loss of sight",
        "has a swollen face, tongue or throat, or hives with vomiting or faintness",
        "is violent, or too upset to be calmed",
        "has stopped or cut down daily alcohol, or pills for anxiety or sleep, and shakes badly, is confused or sees things",
        "has hurt themselves, or may have taken too much.",
    )
    said = (
        f"Call 911 if somebody {' '.join(signs)}",
        # Who is muddled on the day after a dose may have had a stroke, which no help line can see.
        "From the next morning on: call 911 if somebody suddenly does not know where they are, or makes no sense. "
        "Go to an emergency room now, or call 988 (911 if anyone is in danger), if somebody hears, sees or believes things",
        "barely sleeps for days, with racing thoughts and risky acts.",
        "On the day or night of the dose: strange sights or sounds, or being mixed up, should fade. "
        "If these are strong or do not fade, vomiting does not stop,",
        "If nobody answers, or the patient gets worse or acts on what they see, hear or believe, go to an emergency room.",
        "and tell the ketamine clinician, for blood in the urine, or pain when passing it (no urine at all: emergency room)",
        "yellow skin or eyes, dark urine, pale stools or strong belly pain",
        "feeling as if in a dream, detached or a little confused for more than a day.",
        "Tell a clinician soon about needing to pee often or suddenly, or craving ketamine.",
    )
    # All but the signs for 911 is on the sheet of the page for the family, which shows both.
    family = ALL["for-family"]
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    told = {name: ALL[name] for name in ("faqs#when-to-get-help", "ketamine-benefits", "treatment-day")}
    for name, text in (told | {"its sheet": sheet}).items():
        assert [words for words in said if words not in whole(text)] == [], name
    assert [words for words in said[:1] if words not in whole(family)] == []
    assert "tonight or later: the sheet says whom to call" in whole(family)
    assert "cannot be woken or is hard to wake, breathes very slowly or has blue or gray lips" in ALL["faqs#serious-risks"]


def test_a_racing_heart_and_a_very_high_blood_pressure_at_home_have_an_answer():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    texts = {name: ALL[name] for name in ("faqs#when-to-get-help", "ketamine-benefits", "treatment-day")}
    for name, text in texts.items():
        told = whole(text).partition("the heart keeps racing, or ")[2]
        pressure = "blood pressure is 180/120 or more (either number) twice, a few minutes apart, call the number"
        assert told.startswith(pressure), name
        assert "[@aha-crisis]" in text, name
        assert "Pressure that high with back pain, numbness or a change in vision: 911." in whole(text), name
    assert "vomiting does not stop, or the heart keeps racing, call the number" in sheet
    family = whole(ALL["for-family"])
    assert "180/120 or more (either number) twice, a few minutes apart: call the number the clinic gave you." in family
    assert "Pressure that high with back pain, numbness or a change in vision: 911." in family


def test_blood_in_the_urine_needs_care_the_same_day():
    about = [name for name, text in ALL.items() if re.search("blood in the urine", text.lower())]
    assert set(about) == {"faqs#when-to-get-help", "faqs#bladder", "what-is-ketamine", "ketamine-benefits", "treatment-day"}
    for name in about:
        assert re.search(r"the same day[^.]*blood in the urine", whole(ALL[name])), name


def test_a_harmed_liver_and_lasting_odd_thoughts_need_a_call_the_same_day():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    told = {name: ALL[name] for name in ("faqs#when-to-get-help", "ketamine-benefits", "treatment-day")} | {"the sheet": sheet}
    for name, text in told.items():
        _, _, same_day = text.lower().partition("the same day**")
        same_day, _, soon = same_day.partition("tell a clinician soon")
        for sign in ("yellow skin or eyes, dark urine, pale stools or strong belly pain", "passing it", "more than a day"):
            assert re.search(sign, same_day), (name, sign)
        assert re.search(r"needing to pee often or suddenly, or craving ketamine", soon), name


def test_who_can_pass_no_urine_goes_to_an_emergency_room():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    names = ("faqs#when-to-get-help", "faqs#bladder", "what-is-ketamine", "ketamine-benefits", "treatment-day")
    for text in (*(ALL[name] for name in names), sheet):
        assert re.search(r"(?:cannot pass any urine, go to an|no urine at all:) emergency room", text)


def test_who_had_a_dose_is_not_the_only_adult_with_a_small_child_for_a_day_and_a_night():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    for text in (ALL["for-family"], sheet, ALL["treatment-day"], ALL["faqs#children-tonight"]):
        (rule,) = (line for line in text.splitlines() if "small child" in line)
        assert "24 hours" in rule
        assert re.search(r"only adult with a small child|never (?:leave the patient )?alone with a small child", rule)
        assert re.search(r"unless (?:the clinic|we) (?:agrees|(?:says|tells? you) otherwise)", rule)


def test_who_is_still_drowsy_after_24_hours_does_not_drive_yet():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    for name in ("treatment-day", "faqs#can-i-drive"):
        assert re.search(r"Still drowsy, dizzy or detached .*? Do not drive yet, and call", ALL[name]), name
    assert "with a clear head" in ALL["faqs#work-tomorrow"]
    assert "Keep the car keys, longer if the patient is still drowsy" in ALL["for-family"]
    assert "No driving before (and only clear-headed)" in sheet


def test_who_drank_or_took_a_pill_that_was_not_agreed_on_is_told_what_to_do():
    for name in ("treatment-day", "faqs#work-alcohol-and-decisions"):
        asked = r"Did you drink, or take a pill not agreed on\?\W* Take no more for now, stay with someone(.*)"
        told = re.search(asked, ALL[name])
        assert "Hard to wake, or slow breathing: [911](tel:911)" in told[1], name
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    told = re.search(r"Took one outside the plan, or drank\?\W* No more for now\. Stay, and call the number (.*)", sheet)
    assert "Hard to wake, or slow breathing: 911" in whole(told[1])
    assert re.search(r"or drank\? No more for now: \[the sheet\]\(#sheet\) says whom to call", ALL["for-family"])
    # The clinic closes at eight.
    for text in (sheet, ALL["treatment-day"], ALL["faqs#work-alcohol-and-decisions"]):
        assert "Nobody answers? Poison Control, 1-800-222-1222." in whole(text)


def test_who_reads_what_an_anxiety_pill_does_beside_ketamine_reads_that_stopping_it_fast_can_kill():
    (row,) = (line for line in ALL["medicines-and-conditions"].splitlines() if "**Benzodiazepines**" in line)
    assert "After steady use, **stopping or cutting one too fast can cause seizures and can kill" in row
    assert "to stop a benzodiazepine suddenly [can kill](/medicines-and-conditions/)" in ALL["faqs#medicines-and-substances"]


def test_nobody_reads_that_a_medicine_against_seizures_is_left_out_on_the_day():
    about = [sentence for text in ALL.values() for sentence in sentences(text) if "carbamazepine" in sentence.lower()]
    assert about == ["**Carbamazepine (Tegretol):** keep taking it unless its prescriber says otherwise."]


def test_seeing_what_is_not_there_has_one_destination_and_a_time():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    for text in (sheet, ALL["treatment-day"], ALL["ketamine-benefits"], ALL["faqs#when-to-get-help"]):
        # Tonight comes first, and each time before what is to be done: nobody reads on to learn that this is for later.
        emergency = whole(text).partition("On the day or night of the dose:")[2].partition("the same day")[0]
        that_night, _, now = emergency.partition("From the next morning on:")
        assert "Go to an emergency room now, or call 988 (911 if anyone is in danger)" in now
        assert "things that are not real" in now
        assert not re.search(r"the number the clinic gave", now)
        # The sheet has a place for the number.
        assert re.search(r"call the number (?:the clinic gave you|under “Whom to call”)\. If nobody answers, or", that_night)
    for text in (sheet, ALL["treatment-day"], ALL["ketamine-benefits"], ALL["faqs#when-to-get-help"]):
        same_day = text.rpartition("the same day")[2].partition("Tell ")[0]
        assert "feeling as if in a dream, detached or a little confused for more than a day" in same_day
        assert not re.search(r"not real|severe", same_day)


def test_only_pills_that_make_drowsy_are_agreed_before_the_first_dose_and_all_others_go_on():
    told = ("treatment-day", "medicines-and-conditions", "ketamine-benefits", "faqs#work-alcohol-and-decisions")
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    # The family's page shows its sheet, which names them.
    assert "Pills that cause drowsiness (the [sheet](#sheet) names them)" in ALL["for-family"]
    # A treatment day leads to the list.
    assert "make you drowsy** ([which](/medicines-and-conditions/#before-you-change-anything))" in ALL["treatment-day"]
    for text in (*(ALL[name] for name in told if name != "treatment-day"), sheet):
        for pills in ("leep, anxiety", "allergy", "opioid pain pill", "gabapentin, pregabalin, trazodone, mirtazapine"):
            assert pills in text, pills
        assert re.search(r"muscle relaxants?", text)
        assert "buprenorphine, methadone" in text
        assert re.search(r"anything else that makes (?:you|them) sleepy", text)
        any_other = r"other medicines as usual|skip a daily medicine, blood pressure pills included, even on the day, unless"
        assert re.search(any_other, text)
    for name in told:
        assert "daily or now and then" in ALL[name], name
        assert "Before the first ketamine dose, ask" in ALL[name], name
        assert "No plan yet? Tell staff before the dose. Do not skip a daily pill, or take an as-needed one" in ALL[name], name
    # Of these pills, and not of all others.
    assert sheet.index("No plan? Call before you give or skip one.") < sheet.index("All other medicines as usual")
    for text in (*(ALL[name] for name in told), ALL["for-family"], sheet):
        assert re.search(r"follow the plan (?:both agree to|made with prescriber and clinic)", text)


def test_those_at_home_are_told_to_ask_and_to_put_guns_and_medicines_away():
    sheet = next(file.facts["sheet"] for file in read_content_files(ROOT / "pages/content/pages") if file.name == "for-family")
    for text in (ALL["for-family"], sheet, ALL["treatment-day"], ALL["faqs#when-to-get-help"]):
        asked = "sk directly: “Are you thinking about suicide?”"
        for words in (asked, "ove guns out of the home", "them up unloaded", "ock up medicines"):
            assert words in text, words


def test_the_label_of_ketamine_speaks_for_ketamine():
    for name in ("what-is-ketamine", "ketamine-benefits", "faqs#who-should-not-have-it"):
        assert re.search(r"label forbids it", ALL[name]), name
    for name in ("what-is-ketamine", "ketamine-benefits", "questions-for-a-ketamine-clinic"):
        assert re.search(r"label (?:also )?warns of (?:harm to the liver|liver injury)", ALL[name]), name


def test_a_person_at_night_finds_an_answer_to_what_they_ask():
    for slug in (
        "needle",
        "will-i-lose-control",
        "bipolar-disorder",
        "adhd-maoi-lithium",
        "work-tomorrow",
        "children-tonight",
        "weight-and-sleep-apnea",
        "treated-high-blood-pressure",
        "drug-tests",
        "party-drug",
        "wishing-to-be-dead",
        "low-mood-afterward",
    ):
        words = without_citations(QUESTIONS[slug].body).split()
        assert 30 <= len(words) <= 90, slug
    for slug in ("wishing-to-be-dead", "low-mood-afterward"):
        assert "tel:988" in QUESTIONS[slug].body
        assert "tel:911" in QUESTIONS[slug].body
