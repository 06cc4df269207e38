"""Disputes by when the answer is due: it is given in Stripe's dashboard, one link away."""

from __future__ import annotations

from flask import render_template

from checkout_service.domain.views.disputes import DisputeStage

from .blueprint import admin, bp, chosen, place_in_list

_A_PAGE = 50


@bp.get("/disputes")
def disputes() -> str:
    stage = DisputeStage(chosen("stage", set(DisputeStage)) or DisputeStage.TO_ANSWER)
    return render_template(
        "admin/disputes.html",
        page=admin().disputes.page(stage, limit=_A_PAGE, cursor=place_in_list()),
        stage=stage,
        stages=DisputeStage,
        now=admin().status.clock.now(),
    )
