"""Disputes by when the answer is due: it is given in Stripe's dashboard, one link away."""

from __future__ import annotations

from flask import render_template

from checkout_service.domain.views.disputes import DisputeStage

from .blueprint import admin, asked, bp

_A_PAGE = 50


@bp.get("/disputes")
def disputes() -> str:
    word = asked("stage")
    stage = DisputeStage(word) if word in set(DisputeStage) else DisputeStage.TO_ANSWER
    return render_template(
        "admin/disputes.html",
        page=admin().disputes.page(stage, limit=_A_PAGE, cursor=asked("cursor")),
        stage=stage,
        stages=DisputeStage,
        now=admin().status.clock.now(),
    )
