import { CheckoutProblem, problemOf } from "./problem.ts";

const MOST_TRIES = 6;
const PATIENCE = 30_000; // milliseconds for one answer

export interface Request {
  method: "GET" | "POST" | "PUT";
  body?: object | undefined;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

export interface Answer<Body> {
  body: Body;
  /** Seconds after which to ask again; 0 when there is nothing to wait for. */
  retryAfter: number;
}

/**
 * Ask until there is an answer: a lost one, and one that says when to come back, are asked for again.
 * Throws a CheckoutProblem where asking again would not help.
 */
export async function ask<Body>(url: string, request: Request): Promise<Answer<Body>> {
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === MOST_TRIES;
    let retryAfter = 2 ** (tries - 1);
    try {
      const answer = await send(url, request);
      const told = Number(answer.headers.get("Retry-After"));
      if (answer.ok) return { body: (await answer.json()) as Body, retryAfter: told };
      const problem = await problemOf(answer);
      if (problem && (!told || isLast)) throw problem;
      if (!problem && (answer.status < 500 || isLast)) throw unreadable(answer);
      retryAfter = told || retryAfter;
    } catch (error) {
      if (error instanceof CheckoutProblem || request.signal?.aborted || isLast) throw error;
    }
    await pause(retryAfter, request.signal);
  }
}

function send(url: string, { method, body, headers, signal }: Request): Promise<Response> {
  const signals = [AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])];
  return fetch(url, {
    method,
    signal: AbortSignal.any(signals),
    headers: { ...(body && { "Content-Type": "application/json" }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function unreadable(answer: Response): CheckoutProblem {
  const { status, statusText } = answer;
  const detail = `${answer.url} answered ${status}, and not as the checkout service does`;
  const problem = { type: "about:blank", title: statusText, status, detail };
  return new CheckoutProblem({ ...problem, code: "unreadable_answer", request_id: "" });
}

/** Wait for so many seconds; rejects with the signal's reason when it is aborted meanwhile. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      fail(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, seconds * 1000);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
