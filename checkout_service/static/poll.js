/* Watches the order behind this page. The server decides what the page says; this only asks. */
(() => {
  "use strict";
  const seconds = [1, 2, 3, 5, 8];
  const main = document.querySelector("main");
  const announcer = document.getElementById("announcer");
  let turn = 0;
  let timer = 0;
  let notBefore = 0;
  let busy = false;
  let final = false;

  async function redraw() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) return false;
    const hadFocus = main.contains(document.activeElement);
    document.title = page.title;
    main.dataset.state = fresh.dataset.state;
    main.dataset.status = fresh.dataset.status;
    main.replaceChildren(...fresh.childNodes);
    announcer.textContent = main.querySelector("h1").textContent;
    if (hadFocus) main.focus();
    return true;
  }

  const pause = () => seconds[Math.min(turn++, seconds.length - 1)];

  async function ask() {
    busy = true;
    try {
      const answer = await fetch(main.dataset.poll, { headers: { Accept: "application/json" } });
      notBefore = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 0);
      if (answer.ok) {
        const { final: settled, order } = await answer.json();
        const moved = settled || order.status !== main.dataset.status;
        final = (!moved || (await redraw())) && settled;
      }
    } catch {
      /* Offline or restarting: the next turn asks again. */
    }
    busy = false;
    schedule(pause());
  }

  function schedule(wait) {
    clearTimeout(timer);
    if (final || busy || document.hidden) return;
    timer = setTimeout(ask, Math.max(1000 * wait, notBefore - Date.now()));
  }

  document.addEventListener("visibilitychange", () => schedule(0));
  schedule(pause());
})();
