// A frame of the sandbox's own in somebody's page. Served ahead of stripe.js, which takes it away.
"use strict";

window.sandboxFrame = ({ HOME, demand }) =>
  class {
    #attributes;
    #onMessage;
    #frame = null;

    // `hear` is called with all that the frame says, but for how high it wants to be.
    constructor(path, attributes, hear) {
      this.#attributes = { src: `${HOME}${path}`, allow: "payment *", ...attributes };
      this.#onMessage = ({ origin, source, data }) => {
        if (origin !== HOME || source !== this.#frame?.contentWindow) return;
        if (data.say === "size") this.#frame.style.height = `${data.height}px`;
        else hear(data);
      };
    }

    mount(place, loaded = () => {}) {
      const home = typeof place === "string" ? document.querySelector(place) : place;
      demand(home, `The selector you specified (${place}) applies to no DOM elements that are currently on the page.`);
      this.unmount();
      const frame = Object.assign(document.createElement("iframe"), this.#attributes);
      Object.assign(frame.style, { width: "100%", border: "0", display: "block", height: "1px" });
      window.addEventListener("message", this.#onMessage);
      frame.addEventListener("load", loaded);
      this.#frame = frame;
      home.replaceChildren(frame);
    }

    unmount() {
      window.removeEventListener("message", this.#onMessage);
      this.#frame?.remove();
      this.#frame = null;
    }

    tell(message) {
      this.#frame?.contentWindow?.postMessage(message, HOME);
    }

    get element() {
      return this.#frame;
    }
  };
