"""How many examples a property test tries: all in the thorough profile, an eighth of them in the first layer.

`HYPOTHESIS_PROFILE=thorough` chooses; `.ci/run` does so after the first layer, for every property test.
"""

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
# Without a deadline: two cores are shared with a browser and two databases. Derandomised, so that CI repeats what a laptop saw.
for _name, _examples in (("quick", 25), ("thorough", 200)):
    settings.register_profile(
        _name, deadline=None, derandomize=True, max_examples=_examples, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(PROFILE)


def examples(thorough: int, **options) -> settings:
    """`thorough`: how many the thorough profile tries."""
    return settings(max_examples=thorough if PROFILE == "thorough" else max(thorough // 8, 3), **options)
