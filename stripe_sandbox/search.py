"""Stripe's search: `field:'value'`, `~` for a part, numbers compared, AND or OR, negation.

https://docs.stripe.com/search#search-query-language
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import ApiError, invalid
from .forms import integer
from .search_fields import FIELDS, Field
from .store import Json, shown
from .world import Call

Wanted = Callable[[Json], bool]

_CLAUSE = re.compile(
    r"""\s*(?P<no>-)?(?P<name>[a-z_]+(?:\.[a-z_0-9]+)*)
        (?:\[(?P<quote>['"])(?P<key>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\])?
        \s*(?P<way><=|>=|[:~<>])\s*
        (?:(?P<end>['"])(?P<text>(?:\\.|(?!(?P=end)).)*)(?P=end)|(?P<bare>-?\w+))""",
    re.VERBOSE,
)
_JOINT = re.compile(r"\s+(AND|OR)\s+|\s+(?=\S)", re.IGNORECASE)
_LEAST_PART = 3  # characters of a substring
_MOST_CLAUSES = 10
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    ":": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Clause:
    negated: bool
    name: str
    key: str | None
    way: str
    value: str | None  # None is `null`


def of(kind: str, url: str) -> Callable[[Call], Json]:
    """Make the handler that searches a kind of objects."""
    return lambda call: _search(call, kind, url)


def _search(call: Call, kind: str, url: str) -> Json:
    wanted = read(call.params["query"], FIELDS[kind])
    limit = integer(call.params, "limit", default=10) or 0
    if not 1 <= limit <= 100:  # noqa: PLR2004
        raise invalid("limit", "Invalid limit: must be between 1 and 100.")
    found = [thing for thing in call.store.newest(kind) if wanted(thing)]
    start = _place(call.params.get("page"))
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "data": [shown(thing) for thing in found[start : start + limit]],
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
        "url": url,
    }


def _place(page: object) -> int:
    if page is None:
        return 0
    given = re.fullmatch(r"page_([0-9]{1,9})", str(page))
    if given is None:
        raise invalid("page", f"Invalid page: {page}")
    return int(given[1])


def read(query: str, fields: dict[str, Field]) -> Wanted:
    """Read a query of fields that may be searched by. Raises ApiError."""
    clauses, joints, at = [], set(), 0
    while True:
        match = _CLAUSE.match(query, at)
        if match is None:
            raise _unreadable(query)
        clauses.append(_clause(match))
        at = match.end()
        if not query[at:].strip():
            break
        joint = _JOINT.match(query, at)
        if joint is None:
            raise _unreadable(query)
        joints.add((joint[1] or "AND").upper())
        at = joint.end()
    if len(joints) > 1:
        raise _wrong("You cannot combine AND and OR in the same query.")
    if len(clauses) > _MOST_CLAUSES:
        raise _wrong("A query has up to 10 clauses.")
    tests = [_test(clause, fields) for clause in clauses]
    join = any if joints == {"OR"} else all
    return lambda thing: join(test(thing) for test in tests)


def _clause(match: re.Match[str]) -> Clause:
    text, bare = match["text"], match["bare"]
    value = re.sub(r"\\(.)", r"\1", text) if text is not None else bare
    key = None if match["key"] is None else re.sub(r"\\(.)", r"\1", match["key"])
    if text is None and bare == "null":
        value = None
    return Clause(bool(match["no"]), match["name"], key, match["way"], value)


def _test(clause: Clause, fields: dict[str, Field]) -> Wanted:
    field = fields.get(clause.name)
    if field is None or (clause.key is None) == (field.kind == "metadata"):
        raise _wrong(f"Field `{clause.name}` is an unsupported search field for this resource.")
    if clause.value is None and clause.way != ":":
        raise _wrong(f"`null` takes the operator : only, at `{clause.name}`.")
    if clause.way not in field.ways:
        raise _wrong(f"Operator {clause.way} is not supported by the field `{clause.name}`.")
    test = _numeric(clause, field) if field.kind == "number" else _textual(clause, field)
    return (lambda thing: not test(thing)) if clause.negated else test


def _numeric(clause: Clause, field: Field) -> Wanted:
    if clause.value is None:
        return lambda thing: field.look(thing) is None
    if not re.fullmatch(r"-?[0-9]{1,18}", clause.value):
        raise _wrong(f"Invalid number for the field `{clause.name}`: {clause.value}")
    compare, limit = _COMPARED[clause.way], int(clause.value)
    return lambda thing: (value := field.look(thing)) is not None and compare(value, limit)


def _textual(clause: Clause, field: Field) -> Wanted:
    wanted = None if clause.value is None else clause.value.casefold()

    def look(thing: Json) -> Any:
        value = field.look(thing)
        return (value or {}).get(clause.key) if clause.key is not None else value

    if wanted is None:
        return lambda thing: look(thing) is None
    if clause.way == "~":
        if len(wanted) < _LEAST_PART:
            raise _wrong("A substring has at least 3 characters.")
        return lambda thing: wanted in _texts(look(thing))
    return lambda thing: wanted == _texts(look(thing))


def _texts(value: Any) -> str:
    """Write a value as it is searched: without case, a truth as its word."""
    return "" if value is None else str(value).casefold()


def _unreadable(query: str) -> ApiError:
    return _wrong(
        'We were unable to parse your search query. Try using the format `metadata["key"]:'
        f'"value"` to query for metadata or key:"value" to query for other fields: {query[:80]}'
    )


def _wrong(message: str) -> ApiError:
    return invalid("query", message)
