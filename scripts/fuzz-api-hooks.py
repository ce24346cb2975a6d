"""What `scripts/fuzz-api` adds to schemathesis: half of the numbers in addresses are such as the service lists.

Made-up numbers alone would reach nothing but 404, and the good answers of what acts would never be looked at.
"""

import json
import os
import random
import urllib.error
import urllib.request

import schemathesis

BASE = os.environ["FUZZ_BASE"]
HEADERS = json.loads(os.environ["FUZZ_HEADERS"])

# The addresses of operations begin so; the numbers come from these lists, out of these fields.
SOURCES = {
    "/api/v1/declarations/": [("/api/v1/queue", ["id", "invt_no"]), ("/api/v1/parcels", ["id", "order_no"])],
    "/api/v1/transits/": [("/api/v1/queue", ["invt_no"]), ("/api/v1/parcels?direction=export", ["invt_no"])],
    "/api/v1/returns/": [("/api/v1/returns", ["id", "pre_no"])],
    "/api/v1/export-returns/": [("/api/v1/export-returns", ["return"])],
    "/api/v1/cancellations/": [("/api/v1/cancellations", ["invt_no"])],
    "/api/v1/consolidations/": [("/api/v1/consolidations", ["number"])],
    "/api/v1/formal-declarations/": [("/api/v1/formal-declarations", ["number"])],
    "/api/v1/books/": [("/api/v1/books", ["book"])],
    "/api/v1/bills/": [("/api/v1/undeclared", ["entered_under"])],
    "/api/v1/codes/": [("/api/v1/codes", ["table"])],
    "/api/v1/parties/": [("/api/v1/parties", ["party"])],
    "/api/v1/people/": [("/api/v1/people", ["sign_in"])],
    "/api/v1/keys/": [("/api/v1/keys", ["number"])],
}

chance = random.Random(1)
known = {}


def rows(address):
    """What a list gives; nothing where it is not for this caller."""
    request = urllib.request.Request(BASE + address, headers={**HEADERS, "Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError:
        return []
    return next((value for value in told.values() if isinstance(value, list)), [])


def numbers(beginning):
    if beginning not in known:
        found = []
        for address, fields in SOURCES[beginning]:
            found += [str(row[field]) for row in rows(address) for field in fields if row.get(field)]
        # In an address the number of a return stands behind a dash.
        known[beginning] = [number.replace("/", "-") for number in found]
        print(f"{len(known[beginning])} numbers for {beginning}")
    return known[beginning]


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters
    beginning = next((it for it in SOURCES if case.path.startswith(it)), None)
    if not parameters or beginning is None or chance.random() < 0.5:
        return
    found = numbers(beginning)
    if found:
        # The first part of the address is what lists give.
        parameters[next(iter(parameters))] = chance.choice(found)
