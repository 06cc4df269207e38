"""SQLite's part of `back-up` and `restore`, with nothing but Python's own library.

`copy URL FILE` copies the database while it is used, `put FILE URL` puts a copy in its place. URL
is read as the service reads it: relative to the repository root, escapes decoded, what follows a
`?` is for the driver.
"""  # noqa: INP001 - a script beside the scripts that call it

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]


def place(url: str) -> Path:
    """Return where the database is."""
    return ROOT / unquote(url.removeprefix("sqlite:///").partition("?")[0])


def check(file: Path) -> None:
    """Refuse a file that is not a whole database of this service; it is not written to."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(said)
        connection.execute("SELECT version_num FROM alembic_version")  # an empty file is whole, too


def copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
    check(target)


def put(source: Path, target: Path) -> None:
    for there in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        if there.exists():
            raise FileExistsError(f"{there} exists: move it away first")
    part = Path(f"{target}.part")
    part.unlink(missing_ok=True)
    try:
        shutil.copyfile(source, part)
        check(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def main(verb: str, source: str, target: str) -> None:
    os.umask(0o077)  # buyers' names and addresses are in there
    try:
        if verb == "copy":
            copy(place(source), Path(target).absolute())
        else:
            put(Path(source).absolute(), place(target))
    except sqlite3.Error as error:
        sys.exit(f"{place(source) if verb == 'copy' else source} is no whole database: {error}.")
    except OSError as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
