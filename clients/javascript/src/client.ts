import type {
  Config, CreateIntent, CreateSession, Intent, Item, LinkOrder, LinkStanding, Products, Session,
} from "./openapi.ts";
import { ask, pause, type Request } from "./transport.ts";

/** How to ask. */
export interface Ask {
  /** Idempotency-Key, a UUID to be kept with the cart: the same key never sells twice. */
  key?: string;
  signal?: AbortSignal | undefined;
  /** More headers, such as the answer to a challenge. */
  headers?: Record<string, string>;
}

/** How to wait. */
export interface Wait<Answer> {
  signal?: AbortSignal | undefined;
  /** Hears every answer, the last one too. */
  onAnswer?: (answer: Answer) => void;
}

/** A session or an intent, as the id says; either, where only the program knows. */
export type Attempt<Id extends string> = string extends Id
  ? Session | Intent
  : Id extends `pi_${string}` ? Intent : Session;

/**
 * The checkout service as a frontend sees it; this page's origin is one of its ALLOWED_ORIGINS.
 * Every method rejects with a CheckoutProblem when the service says no.
 */
export class Client {
  readonly #api: string;

  /** @param service the service's address, such as https://pay.example.com */
  constructor(service: string) {
    this.#api = `${service.replace(/\/+$/, "")}/api/v1`;
  }

  config(): Promise<Config> {
    return this.#get("/config");
  }

  products(): Promise<Products> {
    return this.#get("/products");
  }

  /** Open a Checkout Session for a cart, or try an order again; send the buyer to its `url`. */
  createSession(body: CreateSession, asked: Ask = {}): Promise<Session> {
    return this.#post("/checkout-sessions", body, asked);
  }

  /** Make a PaymentIntent for a cart, or try an order again; its secret is for Stripe.js alone. */
  createIntent(body: CreateIntent, asked: Ask = {}): Promise<Intent> {
    return this.#post("/payment-intents", body, asked);
  }

  /** Make the order that a Payment Link of the catalog is to pay; send the buyer to its `url`. */
  createLinkOrder(link: string, asked: Ask = {}): Promise<LinkOrder> {
    return this.#post(`/payment-links/${segment(link)}/orders`, undefined, asked);
  }

  /** Change what an open session of `elements` or `form` sells. */
  updateItems(session: string, items: Item[], asked: Pick<Ask, "signal"> = {}): Promise<Session> {
    return this.#ask(`${pathOf(session)}/items`, { ...asked, method: "PUT", body: { items } });
  }

  /** Close an open session, so that it can be paid no more. */
  expireSession(session: string, asked: Ask = {}): Promise<Session> {
    return this.#post(`${pathOf(session)}/expire`, undefined, asked);
  }

  /** Say how a session (`cs_...`) or an intent (`pi_...`) stands. */
  look<Id extends string>(id: Id, signal?: AbortSignal): Promise<Attempt<Id>> {
    return this.#get(pathOf(id), signal);
  }

  /**
   * Ask for a session or an intent, as often as the service says, until nobody needs to wait any
   * more. What came of it is `order.status`, and `order.fulfilled` is the proof that it is paid.
   */
  settled<Id extends string>(id: Id, wait: Wait<Attempt<Id>> = {}): Promise<Attempt<Id>> {
    return this.#wait(pathOf(id), wait);
  }

  /** The same for the order of a Payment Link, by its `client_reference_id`. */
  linkSettled(
    reference: string,
    session?: string,
    wait: Wait<LinkStanding> = {},
  ): Promise<LinkStanding> {
    const query = session ? `?session_id=${segment(session)}` : "";
    return this.#wait(`/payment-links/orders/${segment(reference)}${query}`, wait);
  }

  #get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.#ask(path, { method: "GET", signal });
  }

  #post<Body>(path: string, body: object | undefined, asked: Ask): Promise<Body> {
    const { key = crypto.randomUUID(), signal, headers } = asked;
    const sent = { ...headers, "Idempotency-Key": key };
    return this.#ask(path, { method: "POST", body, signal, headers: sent });
  }

  async #ask<Body>(path: string, request: Request): Promise<Body> {
    return (await ask<Body>(this.#api + path, request)).body;
  }

  async #wait<Body extends { final: boolean }>(path: string, wait: Wait<Body>): Promise<Body> {
    for (;;) {
      const request: Request = { method: "GET", signal: wait.signal };
      const { body, retryAfter } = await ask<Body>(this.#api + path, request);
      wait.onAnswer?.(body);
      if (body.final) return body;
      await pause(retryAfter || 1, wait.signal);
    }
  }
}

function pathOf(id: string): string {
  // A page that was opened without its `session_id` has none to ask for.
  if (!id) throw new TypeError("an id is needed: cs_... or pi_...");
  return `/${id.startsWith("pi_") ? "payment-intents" : "checkout-sessions"}/${segment(id)}`;
}

function segment(text: string): string {
  return encodeURIComponent(text);
}
