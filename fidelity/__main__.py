"""`python -m fidelity [NAME ...]`: run them all, or those whose names hold one of the words."""

from __future__ import annotations

import sys

from . import known
from .runner import Result, run
from .software import ALL


def main() -> int:
    """Run, print each step, then the table; return 1 after a failure that nobody knew."""
    words = [word.lower() for word in sys.argv[1:]]
    chosen = [one for one in ALL if not words or any(word in one.name.lower() for word in words)]
    results = [_told(run(software)) for software in chosen]
    print("\n" + table(results))
    wrong = [f"{r.software.name}: {one}" for r in results for one in known.surprises(r)]
    print("\n".join(["", "Not known to fail:", *wrong]) if wrong else "")
    return 1 if wrong else 0


def _told(result: Result) -> Result:
    print(f"\n{result.software.name} {result.version}: {len(result.passed)} of {result.tried}")
    for step, why in result.failed.items():
        print(f"  not ok {step}: {why[:200]}", flush=True)
    return result


def table(results: list[Result]) -> str:
    """Write the outcome as a table, the failures under their reasons."""
    lines = ["| Software | Version | Passed | Failed, and why |", "| --- | --- | --- | --- |"]
    for result in results:
        why: dict[str, list[str]] = {}
        for step in result.failed:
            why.setdefault(known.reason(result.software.name, step) or "not known", []).append(step)
        told = "; ".join(f"{reason}: {', '.join(steps)}" for reason, steps in why.items())
        passed = f"{len(result.passed)} of {result.tried}"
        lines.append(f"| {result.software.name} | {result.version} | {passed} | {told or '-'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
