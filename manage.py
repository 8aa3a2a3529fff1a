#!/usr/bin/env python
"""Django's command line for the clinic's website."""

import gc
import os
import sys


def main() -> None:
    # Nothing is written outside DATA_DIR, not even __pycache__ folders next to the source.
    sys.dont_write_bytecode = True
    # Other accounts of this machine can read nothing that is written: database, mail, backups, keys.
    os.umask(0o077)
    gc.disable()  # until all is loaded: clinic_site/apps.py
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from clinic_site.temporary_files import keep_within

    keep_within(settings.DATA_DIR)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
