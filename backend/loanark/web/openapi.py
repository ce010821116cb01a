"""Prints the OpenAPI document: `python -m loanark.web.openapi`. The front end's client is generated from it."""

import sys

import django
import orjson

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def main() -> None:
    django.setup()
    from loanark.web.api import api

    schema = api.get_openapi_schema(path_prefix="/api/")
    sys.stdout.buffer.write(orjson.dumps(schema, option=_OPTIONS) + b"\n")


if __name__ == "__main__":
    main()
