"""Plant a mutant: the product's modules are compiled from changed text, in this process alone."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from .kinds import Mutant, Patch


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, patches: list[Patch]) -> None:
        super().__init__(name, path)
        self._patches = patches

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's own signature
        """Compile anew: what is kept of the module is not to be trusted, nor to be kept."""
        text = changed(Path(self.path).read_text(encoding="utf-8"), self._patches)
        code: CodeType = compile(text, self.path, "exec", dont_inherit=True)
        return code


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._patches: dict[str, list[Patch]] = {}
        for patch in mutant.patches:
            self._patches.setdefault(patch.module, []).append(patch)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        patches = self._patches.get(fullname)
        if patches is None:
            return None
        found = PathFinder.find_spec(fullname, path)
        if found is None or found.origin is None:
            return None
        loader = _Loader(fullname, found.origin, patches)
        return importlib.util.spec_from_file_location(fullname, found.origin, loader=loader)


def changed(text: str, patches: list[Patch]) -> str:
    """Change a module's text. Raises LookupError when a patch does not stand there once."""
    for patch in patches:
        if text.count(patch.old) != 1:
            raise LookupError(f"{patch.module}: {text.count(patch.old)} times {patch.old!r}")
        text = text.replace(patch.old, patch.new)
    return text


def plant(mutant: Mutant) -> None:
    """Plant it, before anything of the product is imported."""
    loaded = [name for name in sys.modules if name.startswith("checkout_service")]
    if loaded:
        raise RuntimeError("A mutant is planted before the product is imported.")
    sys.meta_path.insert(0, _Finder(mutant))
