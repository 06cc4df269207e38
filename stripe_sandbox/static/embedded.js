// The frame of an embedded page: told the client secret by the page around it, it opens the session;
// at the end it tells that page where the buyer is to go.
(() => {
  "use strict";

  const form = document.getElementById("open");
  const done = document.getElementById("done");
  const say = (message) => window.parent.postMessage(message, "*");

  if (form) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.data.say !== "open") return;
      form.action = `/embedded/${event.data.id}`;
      form.elements.client_secret.value = event.data.clientSecret;
      form.submit();
    });
    say({ say: "waiting" });
  } else if (done) {
    say({ say: "complete", url: done.dataset.url ?? null });
  } else {
    say({ say: "shown" });
  }
  new ResizeObserver(() => say({ say: "size", height: Math.ceil(document.documentElement.getBoundingClientRect().height) })).observe(document.documentElement);
})();
