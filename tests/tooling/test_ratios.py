"""A short run of the bench tells when a hot path has become dear beside its peers."""

from __future__ import annotations

from bench.guard import lost


def test_ratios_about_as_good_as_ever_pass() -> None:
    assert lost({("webhook", "limit"): 0.36, ("confirm", "sample"): 1.9}) == {}


def test_a_ratio_far_below_what_it_was_is_named() -> None:
    (told,) = lost({("webhook", "limit"): 0.2, ("confirm", "sample"): 1.9}).values()

    assert told == "webhook / limit: 0.20, and it was 0.44"
