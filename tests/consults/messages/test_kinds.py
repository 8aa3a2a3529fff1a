"""One row of the table says what a kind of event tells whom; its template speaks for every channel."""

import pytest
from django.template.loader import get_template
from django.template.loader_tags import BlockNode

from consults.messages.kinds import ENTRY_DECLINED, KINDS, OLD_ADDRESS, REMINDER, tells
from consults.models import Event

TOLD = [kind for kind, says in KINDS.items() if says.subject]


def test_the_table_holds_events_and_the_three_messages_that_are_none():
    assert set(KINDS) <= {*Event.Kind.values, REMINDER, OLD_ADDRESS, ENTRY_DECLINED}
    assert not any(tells("something else").__dict__.values())


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_told_has_words_for_mail_and_telephone_and_a_line_for_the_desk(kind):
    blocks = {node.name for node in get_template(f"consults/messages/{kind}.txt").template.nodelist.get_nodes_by_type(BlockNode)}
    assert blocks == {"mail", "call"}
    assert tells(kind).to_say
