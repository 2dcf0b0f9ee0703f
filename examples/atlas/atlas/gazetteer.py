"""The public record: ISO 3166 countries, ISO 3166-2 subdivisions and ISO 639-3 languages, from `pycountry`."""

from collections.abc import Iterable, Iterator

import pycountry

from atlas.entries import EARTH, Entry
from atlas.table import table

LANGUAGE_TYPES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical", "L": "living", "S": "special"}


def countries() -> Iterator[Entry]:
    """All countries."""
    for each in pycountry.countries:
        yield Entry("COUNTRY", each.alpha_2, each.name, "Country", parent=EARTH)


def subdivisions() -> Iterator[Entry]:
    """All states, provinces, departments, ... each within another one or within its country."""
    for each in pycountry.subdivisions:
        yield Entry("SUBDIVISION", each.code, each.name, each.type, parent=each.parent_code or each.country_code)


def languages() -> Iterator[Entry]:
    """All languages, living or not."""
    for each in pycountry.languages:
        yield Entry("LANGUAGE", each.alpha_3, each.name, LANGUAGE_TYPES[each.type])


def entries() -> Iterator[Entry]:
    """Everything: some thirteen thousand entries."""
    yield from countries()
    yield from subdivisions()
    yield from languages()


def load(wanted: Iterable[Entry]) -> int:
    """Write entries to the table, twenty-five to a request, and tell how many."""
    written = 0
    with table.batch_writer() as batch:
        for entry in wanted:
            batch.put_item(Item=entry.to_item())
            written += 1
    return written
