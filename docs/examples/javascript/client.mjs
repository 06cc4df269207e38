// A client of the checkout service, for browsers and Node alike: nothing but fetch.
// Every POST carries an Idempotency-Key, so that a call may be repeated until it is answered.

const MOST_TRIES = 6;

export class Refused extends Error {
  constructor(problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
  }
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export function client(service, { apiKey } = {}) {
  async function call(method, path, body, key = crypto.randomUUID()) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method === "POST") headers["Idempotency-Key"] = key;
    if (apiKey) headers["Authorization"] = `Bearer ${apiKey}`; // a backend's; never in a browser
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };

    for (let tries = 1; ; tries += 1) {
      let answer;
      try {
        answer = await fetch(`${service}/api/v1${path}`, request);
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
        await pause(2 ** tries);
        continue;
      }
      const said = await answer.json();
      const wait = Number(answer.headers.get("Retry-After") ?? 0);
      if (answer.ok) return { body: said, wait };
      if (!wait || tries === MOST_TRIES) throw new Refused(said);
      await pause(wait);
    }
  }

  // Ask until nobody needs to wait any more.
  async function waitUntilFinal(path) {
    for (;;) {
      const { body, wait } = await call("GET", path);
      if (body.final) return body;
      await pause(wait || 1);
    }
  }

  return { call, waitUntilFinal };
}
