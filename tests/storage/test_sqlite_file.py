"""SQLite's files are for their owner's eyes: buyers' names and addresses are in there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from checkout_service.storage.database import Database, make_engine, prepare_engine


def modes_after_a_write(file: Path) -> dict[str, int]:
    """Write something; return the files that are there then, and who may read them."""
    engine = make_engine(f"sqlite:///{file}")
    Database(engine).write(lambda connection: connection.execute(text("CREATE TABLE t (x)")))
    modes = {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}
    engine.dispose()
    return modes


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        modes = modes_after_a_write(tmp_path / "x.sqlite3")
    finally:
        os.umask(before)

    assert modes == {"x.sqlite3": 0o600, "x.sqlite3-shm": 0o600, "x.sqlite3-wal": 0o600}


def test_a_database_in_memory_has_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = prepare_engine(create_engine("sqlite://"))
    engine.connect().close()
    engine.dispose()

    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").touch()
    (tmp_path / "x.sqlite3").chmod(0o640)

    assert set(modes_after_a_write(tmp_path / "x.sqlite3").values()) == {0o640}
