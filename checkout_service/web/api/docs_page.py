"""`/api/docs`: the API to read and to try, drawn from its own OpenAPI document."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import render_template

bp = APIBlueprint("docs", __name__, enable_openapi=False)


@bp.get("/api/docs")
def read() -> str:
    return render_template("docs.html")
