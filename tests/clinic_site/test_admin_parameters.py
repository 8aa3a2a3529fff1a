"""No parameter of the admin's own ends in a 500, on any list, form or page of deletion."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.builders import submit

pytestmark = pytest.mark.django_db

IN_FORMS = [
    {"_to_field": "", "_popup": "1", "_changelist_filters": "%ff&e=1", "_source_model": "no.such"},
    {"_to_field": "id", "_saveasnew": "x", "_continue": "", "_addanother": ""},
]
IN_LISTS = [{"_to_field": "", "_popup": "1"}, {"e": "1", "o": "9.-9.x", "p": "-1", "q": "\x00", "all": ""}]


@pytest.mark.slow
def test_no_parameter_of_the_admin_ends_in_a_500(superuser, clinic):
    submit()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        keys = [row.pk if row else 1]
        forms = [reverse(f"{name}_add"), *(reverse(f"{name}_{what}", args=keys) for what in ("change", "delete"))]
        for path in forms:
            for given in IN_FORMS:
                assert superuser.post(path, given).status_code < 500, (path, given)
            for given in IN_FORMS[:1]:
                assert superuser.get(path, given).status_code < 500, (path, given)
        for given in IN_LISTS:
            assert superuser.get(reverse(f"{name}_changelist"), given).status_code < 500, given
