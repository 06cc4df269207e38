"""What a command says is written on whatever there is to write on, and never ends in a trace."""

from __future__ import annotations

from contextlib import redirect_stdout
from pathlib import Path

import pytest
from flask.cli import ScriptInfo

from checkout_service import create_app
from checkout_service.settings import Settings
from tests.support.databases import KEYS
from tests.support.processes import ended

CATALOG = """
[[products]]
id = "tea"
name = "Sencha 煎茶, für Kenner"
  [[products.prices]]
  id = "tea-jpy"
  currency = "jpy"
  unit_amount = 1200
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    file = tmp_path / "catalog.toml"
    file.write_text(CATALOG, "utf-8")
    return file


@pytest.mark.parametrize(
    ("charset", "name"),
    [("latin-1", "\\u714e\\u8336"), ("cp1252", "\\u714e\\u8336"), ("utf-8", "煎茶"), ("ascii", "")],
)
def test_a_product_of_any_name_is_listed_in_any_encoding(
    catalog: Path, charset: str, name: str
) -> None:
    values = {name.lower(): value for name, value in KEYS.items()}
    app = create_app(Settings.load(**values | {"catalog_file": catalog}))

    listed = app.test_cli_runner(charset=charset).invoke(args=["catalog"])

    assert listed.exception is None
    assert f"Sencha {name}" in listed.stdout


@pytest.mark.parametrize("command", [["catalog", "--json"], ["deliver", "--once"]], ids=" ".join)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_full_disk_under_the_answer_is_one_line(
    catalog: Path, database_url: str, command: list[str]
) -> None:
    env = KEYS | {"CATALOG_FILE": str(catalog), "DATABASE_URL": database_url}
    with Path("/dev/full").open("wb") as full:
        done = ended(["flask", "--app", "wsgi", *command], env=env, out=full)

    assert done.returncode == 74
    assert done.stderr == "Error: The answer could not be written: No space left on device.\n"


def test_a_closed_stdout_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings.load(**{name.lower(): value for name, value in KEYS.items()}))

    with redirect_stdout(None), pytest.raises(SystemExit) as done:
        app.cli.main(["catalog"], obj=ScriptInfo(create_app=lambda: app))

    assert done.value.code == 74
    told = capsys.readouterr().err
    assert told == "Error: The answer could not be written: Bad file descriptor.\n"
