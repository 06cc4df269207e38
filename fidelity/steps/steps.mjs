// Take steps one after the other and say what became of each; see ../runner.py.

export async function take(steps) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`not ok ${name}: ${String(error?.message ?? error).replace(/\s+/g, " ")}`);
    }
  }
  console.log("done");
}

export function check(truth, why) {
  if (!truth) throw new Error(why);
}

// Wait until something is so, for at most half a minute.
export async function until(look, why) {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(why);
}
