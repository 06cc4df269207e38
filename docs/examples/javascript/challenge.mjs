// The browser's side of ../python/challenge.py: a 403 `challenge_required` brings `puzzle` and
// `bits`; send the request again, under the same Idempotency-Key, with what this returns as the
// header Challenge-Response.

export async function solve(puzzle, bits) {
  for (let count = 0; ; count += 1) {
    const text = `${puzzle}.${count}`;
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    if (new DataView(hash).getUint32(0) >>> (32 - bits) === 0) return text;
  }
}

// node challenge.mjs PUZZLE BITS
if (globalThis.process?.argv[1]?.endsWith("challenge.mjs")) {
  console.log(await solve(process.argv[2], Number(process.argv[3])));
}
