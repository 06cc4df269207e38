"""What `make clients` built of the JavaScript client, as npm packs it, with React in a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.docs.runner import EXAMPLES
from tests.support.processes import ROOT, clean_environment
from tests.support.running_shop import GOOD, Shop

pytestmark = pytest.mark.long  # in short: test_against_the_service.py, on the sources

CLIENT = ROOT / "clients" / "javascript"
TYPED = """
import { Client, type Order } from "@checkout-service/client";
import { useCheckout } from "@checkout-service/client/react";

const shop = new Client("https://pay.example.com");
const { order, status } = await shop.createSession({ items: [{ price: "a", quantity: 1 }] });
export const known: [Order, "open" | "complete" | "expired"] = [order, status];
export const step: string = useCheckout(shop).step;
// @ts-expect-error -- no such field
await shop.createSession({ nothing: 1 });
"""
MOUNTED = """
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Shop } from "./Shop.jsx";
createRoot(document.querySelector("#root")).render(<StrictMode><Shop /></StrictMode>);
"""
PAGE = """<!doctype html><title>Shop</title><link rel="icon" href="data:,">
<div id="root"></div><script type="module" src="react.js"></script>
"""


def tool(name: str, *given: str | Path, folder: Path = CLIENT) -> None:
    done = subprocess.run(
        [CLIENT / "node_modules" / ".bin" / name, *given],
        check=False, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A site of somebody's with the packed client, and the React that we have."""
    packed = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(tmp_path)]
    subprocess.run(packed, check=True, cwd=CLIENT, capture_output=True)
    modules = tmp_path / "node_modules"
    (package,) = tmp_path.glob("*.tgz")
    with tarfile.open(package) as tar:
        tar.extractall(modules / "@checkout-service", filter="data")
    (modules / "@checkout-service" / "package").rename(modules / "@checkout-service" / "client")
    for name in ("react", "react-dom", "scheduler", "csstype", "@types"):
        (modules / name).symlink_to(CLIENT / "node_modules" / name)
    return tmp_path


def test_what_is_packed_is_what_is_exported_and_nothing_else(installed: Path) -> None:
    package = installed / "node_modules" / "@checkout-service" / "client"
    files = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    said = json.loads((package / "package.json").read_text("utf-8"))
    promised = {
        path.removeprefix("./")
        for entry in said["exports"].values()
        for name, path in (entry.items() if isinstance(entry, dict) else [("default", entry)])
        if name in ("types", "default")
    }

    assert promised <= files
    assert {path.split("/")[0] for path in files} == {
        "dist",
        "LICENSE",
        "README.md",
        "package.json",
    }
    assert said.get("dependencies", {}) == {}
    assert said["license"] == "MIT"


def test_who_writes_typescript_is_told_what_is_wrong(installed: Path) -> None:
    (installed / "site.mts").write_text(TYPED)
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]

    tool("tsc", *options, "--jsx", "react-jsx", "site.mts", folder=installed)


def test_the_built_client_keeps_the_promises_of_its_sources(shop: Shop, node: str) -> None:
    told = subprocess.run(
        [node, "--test", *sorted(CLIENT.glob("test/*.test.ts"))],
        check=False,
        cwd=CLIENT,
        env=clean_environment({"CHECKOUT_URL": shop.service.url, "SANDBOX_URL": shop.sandbox.url}),
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert told.returncode == 0, told.stdout + told.stderr


def test_a_shop_in_react_sells_once_and_waits_for_the_money(
    shop: Shop, site: str, page: Page, installed: Path
) -> None:
    shutil.copy(EXAMPLES / "react" / "Shop.jsx", installed)
    (installed / "main.jsx").write_text(MOUNTED)
    served = shop.service.folder / "site"
    options = ["--bundle", "--format=esm", "--jsx=automatic", f"--outfile={served / 'react.js'}"]
    tool("esbuild", "main.jsx", *options, folder=installed)
    (served / "react.html").write_text(PAGE)

    page.goto(f"{site}/react.html")
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url(f"{shop.sandbox.url}/**")
    first = page.url
    page.go_back()
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url(first)
    page.fill("input[name=email]", "buyer@example.com")
    for name, value in {"number": GOOD, "expiry": "12 / 34", "cvc": "123"}.items():
        page.fill(f"input[name={name}]", value)
    page.click("#submit")

    expect(page.get_by_role("status")).to_have_text("Paid. Thank you!")
