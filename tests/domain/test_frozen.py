"""A frozen class behaves as the standard frozen dataclass with slots does."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import (
    InitVar,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    is_dataclass,
    replace,
)
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.frozen import frozen
from tests.support.processes import ROOT

A = TypeVar("A")
Make = Callable[[type], type]


@frozen
class Plain:
    """Something of each kind of field."""

    WORD: ClassVar[str] = "no field"

    number: int
    text: str = ""
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    things: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standard:
    """The same, as the standard library makes it."""

    WORD: ClassVar[str] = "no field"

    number: int
    text: str = ""
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    things: list[int] = field(default_factory=list)


@frozen
class Point:
    x: float
    y: float = 0.0


@frozen
class Deep(Point):
    """Stands on another."""

    z: float = 0.0


@frozen
class Nothing:
    """Has no field at all."""


@frozen
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError("odd")


@frozen
class Holder(Generic[A]):
    held: A


VALUES = st.fixed_dictionaries(
    {"number": st.integers(0, 2)},
    optional={
        "text": st.sampled_from(["", "a"]),
        "secret": st.sampled_from(["", "b"]),
        "note": st.sampled_from(["", "c"]),
        "things": st.lists(st.integers(0, 1), max_size=1),
    },
)


@given(VALUES, VALUES)
def test_it_is_made_shown_compared_and_taken_apart_like_the_standard_one(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    ours, theirs = (Plain(**one), Plain(**other)), (Standard(**one), Standard(**other))
    assert [asdict(each) for each in ours] == [asdict(each) for each in theirs]
    assert [astuple(each) for each in ours] == [astuple(each) for each in theirs]
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert (ours[0] != ours[1]) is (theirs[0] != theirs[1])
    assert repr(ours[0]) == repr(theirs[0]).replace("Standard", "Plain")
    changed = replace(ours[0], text=other.get("text", "new"))
    assert asdict(changed) == asdict(replace(theirs[0], text=other.get("text", "new")))


@given(st.floats(), st.floats(), st.floats(), st.floats())
def test_what_is_equal_has_one_hash(x: float, y: float, a: float, b: float) -> None:
    one, other = Point(x, y), Point(a, b)
    if one == other:
        assert hash(one) == hash(other)
    assert len({one, Point(x, y)}) == 1 + (Point(x, y) != one)


def test_it_takes_its_fields_by_place_and_by_name() -> None:
    assert Plain(1, "a", "b", "c", [2]) == Plain(
        number=1, text="a", secret="b", note="c", things=[2]
    )
    assert [each.name for each in fields(Plain)] == ["number", "text", "secret", "note", "things"]
    match Plain(1, "a"):
        case Plain(number, text):
            assert (number, text) == (1, "a")


@pytest.mark.parametrize(("args", "named"), [((), {}), ((1,), {"number": 2}), ((1,), {"other": 2})])
def test_a_wrong_argument_is_refused_in_the_words_of_python(
    args: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError) as theirs:
        Standard(*args, **named)  # type: ignore[arg-type]
    with pytest.raises(TypeError) as ours:
        Plain(*args, **named)  # type: ignore[arg-type]
    assert str(ours.value) == str(theirs.value).replace("Standard", "Plain")


def test_each_object_gets_a_thing_of_its_own_from_a_factory() -> None:
    one, other = Plain(1), Plain(1)
    one.things.append(1)
    assert other.things == []


def test_nothing_can_be_set_or_deleted() -> None:
    point = Point(1.0)
    for name in ("x", "unknown"):
        with pytest.raises(AttributeError, match=f"cannot assign to field '{name}'"):
            setattr(point, name, 2.0)
        with pytest.raises(AttributeError, match=f"cannot delete field '{name}'"):
            delattr(point, name)
    assert not hasattr(point, "__dict__")
    assert point == Point(1.0)


def test_another_class_is_never_equal() -> None:
    others: list[object] = [Deep(1.0), (1.0, 0.0), None]
    assert Point(1.0) not in others
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert repr(Nothing()) == "Nothing()"


def test_a_class_may_stand_on_another() -> None:
    deep = Deep(1.0, z=3.0)
    assert (deep.x, deep.y, deep.z) == (1.0, 0.0, 3.0)
    assert repr(deep) == "Deep(x=1.0, y=0.0, z=3.0)"
    assert deep == Deep(1.0, 0.0, 3.0) != Deep(1.0, 0.0, 4.0)
    assert isinstance(deep, Point)


def test_a_class_may_refuse_what_it_is_given() -> None:
    assert Even(2).number == 2
    with pytest.raises(ValueError, match="odd"):
        replace(Even(2), number=3)


def test_a_class_may_be_generic() -> None:
    assert Holder[int](1) == Holder(1)


def test_a_copy_and_what_was_pickled_are_equal_to_the_original() -> None:
    plain = Plain(1, "a", "b", "c", [2])
    for same in (copy.copy(plain), copy.deepcopy(plain), pickle.loads(pickle.dumps(plain))):  # noqa: S301
        assert astuple(same) == astuple(plain)
    assert copy.deepcopy(plain).things is not plain.things


def test_methods_of_its_own_stay() -> None:
    @frozen
    class Own:
        name: str

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert repr(Own("a")) == "own"
    assert Own("a") == 3
    assert hash(Own("a")) == 7


def no_argument(make: Make) -> object:
    @make
    class Made:
        name: str = field(default="", init=False)

    return Made


def by_name_alone(make: Make) -> object:
    @make
    class Made:
        name: str = field(kw_only=True)

    return Made


def not_kept(make: Make) -> object:
    @make
    class Made:
        name: InitVar[str]

    return Made


def default_before_none(make: Make) -> object:
    @make
    class Made:
        name: str = ""
        number: int

    return Made


@pytest.mark.parametrize("made", [no_argument, by_name_alone, not_kept, default_before_none])
def test_what_it_does_not_know_it_refuses_when_the_class_is_defined(
    made: Callable[[Make], object],
) -> None:
    with pytest.raises(TypeError, match="Made"):
        made(frozen)


def test_the_product_freezes_all_its_classes_so() -> None:
    """The standard decorator costs a start five times as much for each class."""
    standard = re.compile(r"@(dataclasses\.)?dataclass\([^)]*frozen=True")
    files = (ROOT / "checkout_service").rglob("*.py")
    assert [str(path) for path in files if standard.search(path.read_text("utf-8"))] == []


def test_it_is_a_dataclass() -> None:
    assert is_dataclass(Plain(1))
    assert is_dataclass(Plain)
