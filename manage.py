#!/usr/bin/env python
"""Run a management command of the site."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hope_site.settings")
    from django.core.management import execute_from_command_line

    from hope_site.env import NotConfigured

    try:
        execute_from_command_line(sys.argv)
    except NotConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
