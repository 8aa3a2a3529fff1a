"""A search that may mean suicide is answered with whom to call, above everything else."""

import re

import pytest

from pages.crisis_search import speaks_of_suicide

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
]
_MEANS_SOMETHING_ELSE = [
    *("died", "have people died", "die", "can it kill you", "will I die from ketamine", "does it hurt", "wake up during"),
    *(
        "how many people die",
        "can you die from ketamine",
        "how much ketamine is a dose",
        "low dose",
        "overdose",
        "can i live alone",
    ),
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


def test_a_search_of_a_person_in_danger_is_told_from_others():
    assert {query: speaks_of_suicide(query) for query in (*_MEANS_IT, *_MEANS_SOMETHING_ELSE)} == {
        **dict.fromkeys(_MEANS_IT, True),
        **dict.fromkeys(_MEANS_SOMETHING_ELSE, False),
    }


def main_of(client, query: str) -> str:
    return re.search(r"<main.*?</main>", client.get("/search/", {"q": query}).content.decode(), re.S)[0]


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
    assert "tel:988" not in main_of(client, "cost")
