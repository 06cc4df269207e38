"""What the service refuses."""

from __future__ import annotations

from typing import cast

from requests import Response

from .shapes import Problem


class CheckoutProblem(Exception):
    """The service says no: `code` is for programs, the message for people (RFC 9457)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem['code']}: {problem['detail'] or problem['title']}")
        self.problem = problem
        self.code = problem["code"]
        self.status = problem["status"]


def problem_of(answer: Response) -> CheckoutProblem | None:
    """Read a refusal; None where it is not the service that speaks, but something in between."""
    try:
        said = answer.json()
    except ValueError:
        return None
    is_ours = isinstance(said, dict) and "code" in said
    return CheckoutProblem(cast(Problem, said)) if is_ours else None


def unreadable(answer: Response) -> CheckoutProblem:
    """Return what to raise for an answer that is not the service's."""
    detail = f"{answer.url} answered {answer.status_code}, and not as the checkout service does"
    problem: Problem = {
        "type": "about:blank", "title": answer.reason, "status": answer.status_code,
        "detail": detail, "code": "unreadable_answer", "request_id": "",
    }  # fmt: skip
    return CheckoutProblem(problem)
