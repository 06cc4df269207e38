"""What ratios a short run came to: a busy machine does not explain what is far below them."""

from __future__ import annotations

from collections.abc import Mapping

# CPU, peer / ours, of three rounds of 200 requests, by case and peer: what they came to at least.
_RECORDED = {
    ("webhook", "limit"): 0.44,
    ("confirm", "sample"): 2.10,
    ("poll", "sample"): 1.85,
    ("create", "sample"): 0.48,
}
_FAR_BELOW = 0.8


def lost(ratios: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], str]:
    """Name the cases whose ratio is far below what it was, each in words."""
    return {
        (case, peer): f"{case} / {peer}: {ratios[case, peer]:.2f}, and it was {before:.2f}"
        for (case, peer), before in _RECORDED.items()
        if ratios.get((case, peer), before) < _FAR_BELOW * before
    }
