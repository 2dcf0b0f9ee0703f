"""Words that PartiQL reserves: as names they need double quotes.

Source: "Reserved words" of the PartiQL specification: those of SQL-92 and a few more. Unsure: whether DynamoDB reserves
all of them; captured answers show it for some (`key`, `count`, `inner`).
"""

from __future__ import annotations

_SQL = """
    absolute action add all allocate alter and any are as asc assertion at authorization avg begin between bit
    bit_length by cascade cascaded case cast catalog char character character_length char_length check close coalesce
    collate collation column commit connect connection constraint constraints continue convert corresponding count
    create cross current current_date current_time current_timestamp current_user cursor date date_add date_diff
    deallocate dec decimal declare default deferrable deferred delete desc describe descriptor diagnostics disconnect
    distinct domain double drop else end escape except exception exec execute exists external extract false fetch first
    float for foreign found from full get global go goto grant group having identity immediate in indicator initially
    inner input insensitive insert int integer intersect interval into is isolation join key language last left level
    like local lower match max min module names national natural nchar next no not null nullif numeric octet_length of
    on only open option or order outer output overlaps pad partial position precision prepare preserve primary prior
    privileges procedure public read real references relative restrict revoke right rollback rows schema scroll section
    select session session_user set size smallint some space sql sqlcode sqlerror sqlstate substring sum system_user
    table temporary then time timestamp to transaction translate translation trim true union unique unknown update
    upper usage user using value values varchar varying view when whenever where with work write zone
"""
_PARTIQL = """
    bag bigint blob bool boolean can_cast can_lossless_cast clob conflict do index int2 int4 int8 integer2 integer4
    integer8 let limit list missing modified new nothing offset old pivot remove returning sexp string struct symbol
    tuple unpivot
"""

_FUNCTIONS = """
    exists count avg max min sum substring char_length character_length octet_length bit_length upper lower size sexp
    list bag
"""
_TYPES = """
    null missing bool boolean smallint int int2 int4 int8 integer integer2 integer4 integer8 bigint float real dec
    decimal numeric timestamp date time char character varchar string symbol clob blob struct tuple list sexp bag any
"""

KEYWORDS = frozenset(f"{_SQL} {_PARTIQL}".upper().split())

FUNCTION_KEYWORDS = frozenset(_FUNCTIONS.upper().split())
"""Keywords that name a function when a parenthesis follows."""

AGGREGATES = frozenset({"COUNT", "AVG", "MAX", "MIN", "SUM"})

TYPE_NAMES = frozenset({*_TYPES.upper().split(), "DOUBLE PRECISION", "CHARACTER VARYING"})
"""The names that can follow IS."""

OPERATOR_WORDS = frozenset({"AND", "OR", "NOT", "IS", "IN", "BETWEEN", "LIKE", "UNION", "EXCEPT", "INTERSECT"})
"""Keywords that the grammar treats as operators."""

PUNCTUATION_WORDS = frozenset({"AS", "AT", "BY", "FOR", "ASC", "DESC"})
"""Keywords that the grammar treats as punctuation."""
