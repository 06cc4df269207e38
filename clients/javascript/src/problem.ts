import type { Problem } from "./openapi.ts";

/** The service says no: `code` is for programs, the message for people (RFC 9457). */
export class CheckoutProblem extends Error {
  override readonly name = "CheckoutProblem";
  readonly code: string;
  readonly status: number;
  /** All that was answered: `errors` names every fault of an input, `request_id` the request. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
  }
}

/** Read a refusal; null where it is not the service that speaks, but something in between. */
export async function problemOf(answer: Response): Promise<CheckoutProblem | null> {
  const said = await answer.json().catch(() => null);
  return typeof said?.code === "string" ? new CheckoutProblem(said as Problem) : null;
}
