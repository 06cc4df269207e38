"""Small files and small functions: the house's first habit, kept by a machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.support.processes import ROOT

PRODUCT = ("checkout_service", "stripe_sandbox", "clients/python")
GENERATED = {"shapes.py"}  # by `make clients`, as long as the OpenAPI document
MOST_LINES_A_FILE = 300
MOST_LINES_A_FUNCTION = 40
MEDIAN_LINES_A_FILE = 100


def modules() -> list[Path]:
    found = (path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if path.name not in GENERATED)


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", _length(node)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's own lines: not its docstring's, not those of functions inside it."""
    lengths = [_span(node)]
    lengths += [-_span(inner) for inner in _inner_functions(node)]
    if ast.get_docstring(node) is not None:
        lengths.append(-_span(node.body[0]))
    return sum(lengths)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _inner_functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from _inner_functions(child)


def test_no_product_file_is_longer_than_300_lines() -> None:
    assert {str(path): lines(path) for path in modules() if lines(path) > MOST_LINES_A_FILE} == {}


def test_no_product_function_is_longer_than_40_lines() -> None:
    long = {
        name: length
        for path in modules()
        for name, length in functions(path)
        if length > MOST_LINES_A_FUNCTION
    }
    assert long == {}


def test_half_of_the_product_files_have_100_lines_or_fewer() -> None:
    assert median(lines(path) for path in modules() if lines(path) > 1) <= MEDIAN_LINES_A_FILE
