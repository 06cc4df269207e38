"""What a mutant is."""

from __future__ import annotations

from dataclasses import dataclass

from proof.story import Layer


@dataclass(frozen=True, slots=True)
class Patch:
    """A text that stands once in a module of the product, and what stands there instead."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault, the law it breaks, and the themes and layer in which it shows soonest."""

    name: str
    law: str
    patches: tuple[Patch, ...]
    leaning: tuple[str, ...] = ()
    layer: Layer | None = None


def mutant(
    name: str,
    law: str,
    *patches: tuple[str, str, str],
    leaning: str = "",
    layer: Layer | None = None,
) -> Mutant:
    made = tuple(Patch(f"checkout_service.{module}", old, new) for module, old, new in patches)
    return Mutant(name, law, made, tuple(filter(None, leaning.split(", "))), layer)
