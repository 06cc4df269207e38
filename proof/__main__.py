"""`python -m proof`: tell the stories of many seeds, or of mutants, and end with a table."""

from __future__ import annotations

import argparse
import logging
import os
import sys


def main() -> int:
    """Read what is wanted, and run it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="proof", description=__doc__)
    parser.add_argument("--seeds", default="1-300", help="one seed, or a first and a last: 1-300")
    parser.add_argument("--mutant", default="", help="names of mutants, `fast` or `all`")
    parser.add_argument("--database", default="memory", choices=("memory", "postgresql"))
    parser.add_argument("--layer", default=None, help="only this layer")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument(
        "--words", action="store_true", help="tell the seeds' stories in words only"
    )
    parser.add_argument("--twice", action="store_true", help="tell each twice and compare digests")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes")
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    logging.disable(logging.NOTSET)
    if asked.mutant:
        from .mutants.hunt import hunt  # noqa: PLC0415 - it must not import the product

        return hunt(asked.mutant, seeds, asked.jobs)
    from .run import run, tell_in_words  # noqa: PLC0415 - the product is slow to import

    if asked.words:
        return tell_in_words(seeds, asked.layer)
    return run(
        seeds, asked.database, asked.layer, asked.jobs, twice=asked.twice, minutes=asked.minutes
    )


if __name__ == "__main__":
    sys.exit(main())
