import { cartKey, forgetCart } from "./cart.ts";
import type { Client } from "./client.ts";
import type { CreateSession, Intent, Order, Session } from "./openapi.ts";

/**
 * `idle`, `opening` (a session is asked for), `open` (send the buyer to it), `waiting` (the buyer is
 * back, the money may not be), `final` (see the order), `failed` (see the problem).
 */
export type Step = "idle" | "opening" | "open" | "waiting" | "final" | "failed";

export interface CheckoutState {
  readonly step: Step;
  readonly attempt: Session | Intent | null;
  readonly order: Order | null;
  /** A CheckoutProblem, or what `fetch` throws when nobody answers. */
  readonly problem: unknown;
}

const IDLE: CheckoutState = { step: "idle", attempt: null, order: null, problem: null };

/** One purchase as a page shows it, for any framework: a state, and who wants to hear of it. */
export class Checkout {
  readonly #client: Client;
  readonly #listeners = new Set<() => void>();
  #state = IDLE;
  #waiting: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  readonly getState = (): CheckoutState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Open a session for a cart; null, and a problem in the state, when it cannot be had. */
  readonly open = async (cart: CreateSession): Promise<Session | null> => {
    this.#become({ ...IDLE, step: "opening" });
    try {
      const session = await this.#client.createSession(cart, { key: cartKey(cart) });
      this.#become({ ...IDLE, step: "open", attempt: session, order: session.order });
      return session;
    } catch (problem) {
      this.#become({ ...IDLE, step: "failed", problem });
      return null;
    }
  };

  /** Wait for the money of a session or an intent, from the page that the buyer comes back to. */
  readonly follow = async (id: string): Promise<void> => {
    this.stop();
    const { signal } = (this.#waiting = new AbortController());
    const become = (state: CheckoutState) => signal.aborted || this.#become(state);
    become({ ...IDLE, step: "waiting" });
    try {
      await this.#client.settled(id, {
        signal,
        onAnswer: (attempt) =>
          become({ ...IDLE, step: attempt.final ? "final" : "waiting", attempt, order: attempt.order }),
      });
      forgetCart();
    } catch (problem) {
      become({ ...this.#state, step: "failed", problem });
    }
  };

  /** Wait no longer. */
  readonly stop = (): void => {
    this.#waiting?.abort();
    this.#waiting = null;
  };

  #become(state: CheckoutState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
