"""Templates are sent without what only their authors need, and read the same."""

import pytest
from django.template import Context, Engine

from clinic_site.template_loader import trim

SOURCE = """<ul>
  {# every name #}
  {% for name in names %}
    <li>
      Dear {{ name }},
      {% if forloop.first %}
        <b>first</b>
      {% endif %}
      welcome{% if forloop.last %}!{% endif %}
    </li>
  {% endfor %}
</ul>
"""


@pytest.mark.parametrize("names", [[], ["Ada"], ["Ada", "Grace"]], ids=len)
def test_a_trimmed_template_says_the_same_in_fewer_bytes(names):
    as_written, as_sent = (Engine().from_string(text).render(Context({"names": names})) for text in (SOURCE, trim(SOURCE)))
    assert as_sent.split() == as_written.split()
    assert len(as_sent) < len(as_written)
    assert not any(line == "" or line.startswith(" ") for line in as_sent.splitlines())


def test_empty_lines_of_plain_text_stay():
    assert trim("Hello,\n\nGoodbye.\n") == "Hello,\n\nGoodbye."
