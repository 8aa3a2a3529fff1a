"""The whole site on PostgreSQL; and tests marked `databases` run where they say they do."""

import secrets
import shutil
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from clinic_site import env_database, sealed_before
from tests import postgresql
from tests.server import Site, compiled_checkout, first_start


@pytest.mark.databases
@pytest.mark.django_db
def test_a_test_marked_databases_runs_on_each(database):
    assert connection.vendor == database


@pytest.mark.databases
@pytest.mark.django_db
def test_one_that_does_not_name_the_fixture_does_so_too(request):
    assert connection.vendor == request.node.callspec.params["database"]


@pytest.mark.django_db
def test_other_tests_run_on_sqlite():
    assert connection.vendor == "sqlite"


# Started before, a site runs on it in the races and crashes of the first layer.
@pytest.mark.server
@pytest.mark.slow
def test_the_site_runs_on_postgresql(tmp_path):
    site = Site(tmp_path, {"DATABASE_URL": postgresql.new_database(), "WEB_WORKERS": "1"}, compiled_checkout())
    # Static files are collected already; the database is empty.
    shutil.copytree(first_start().data, site.data, ignore=shutil.ignore_patterns("*.sqlite3*"))
    try:
        site.serve()
        assert "4:00 PM to 8:00 PM" in site.get("/").text
        assert 'name="starts_at" value="2' in site.get("/book-a-consult/").text
        assert site.shell("from django.db import connection; print(connection.vendor)") == "postgresql"
        site.stop()
        site.serve()
        assert site.get("/").status == 200
    finally:
        site.stop()
    assert not list(site.data.glob("*.sqlite3"))


@pytest.mark.server
def test_a_database_with_sealed_rows_refuses_a_new_key():
    url = postgresql.new_database()
    database = env_database.postgresql("DATABASE_URL", url)
    with psycopg.connect(url, autocommit=True) as connection:
        sealed_before.refuse_a_new_key(database)
        connection.execute("CREATE TABLE staff_phone (sealed bytea)")
        sealed_before.refuse_a_new_key(database)
        connection.execute("INSERT INTO staff_phone VALUES ('x')")
        with pytest.raises(SystemExit, match=r"\AFIELD_KEYS: must be the key that sealed [^\n]+\Z"):
            sealed_before.refuse_a_new_key(database)
    with pytest.raises(SystemExit, match=r"\AFIELD_KEYS: must be set, because [^\n]+\Z"):
        sealed_before.refuse_a_new_key(database | {"NAME": "none-of-this-name"})


@pytest.mark.server
def test_a_copy_keeps_to_the_tls_of_the_database(tmp_path):
    """This server has none."""
    site = Site(tmp_path, {"DATABASE_URL": f"{postgresql.new_database(postgresql.with_tables())}?sslmode=require"})
    refused = site.manage("backup")
    assert (refused.returncode != 0, "SSL" in refused.stderr) == (True, True)


@pytest.mark.slow
@pytest.mark.server
def test_a_drill_of_a_role_that_may_make_no_database_says_that_it_did_not_restore(tmp_path):
    """A site needs no such right. What others have beside it is neither in the backup nor missed."""
    url = postgresql.new_database(postgresql.with_tables())
    role = f"plain_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"CREATE ROLE {role} LOGIN PASSWORD 'plain' IN ROLE {urlsplit(url).username}; CREATE ROLE {role}_other"
        )
        connection.execute(f"CREATE TABLE of_another (id integer); ALTER TABLE of_another OWNER TO {role}_other")
    site = Site(tmp_path, {"DATABASE_URL": url.replace(urlsplit(url).netloc.partition("@")[0], f"{role}:plain", 1)})
    assert site.manage("backup").returncode == 0
    done = site.manage("restore", "--drill")
    assert (done.returncode, "may not create a scratch database" in done.stdout) == (0, True), done.stderr
    would = "A restore would bring everything back."
    assert would not in done.stdout
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} CREATEDB")
    done = site.manage("restore", "--drill")
    assert (done.returncode, would in done.stdout) == (0, True), done.stderr
