// Put this on a page of your own site, and every element with data-checkout-price buys that price:
//   <script src="https://pay.example.com/static/checkout.js"></script>
//   <button data-checkout-price="poster-usd" data-checkout-quantity="2">Buy</button>
// Your site's origin must be one of ALLOWED_ORIGINS. Nothing is asked of the service before a press.
(function () {
  "use strict";
  var script = document.currentScript;
  var checkout = script.src.replace(/\/static\/checkout\.js.*$/, "/checkout");
  var leaving = false;

  function leaveFor(choice) {
    var form = document.createElement("form");
    form.method = "post";
    form.action = checkout;
    form.hidden = true;
    Object.keys(choice).forEach(function (name) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = choice[name];
      form.appendChild(field);
    });
    document.body.appendChild(form);
    form.submit();
  }

  document.addEventListener("click", function (event) {
    var pressed = event.target.closest("[data-checkout-price]");
    if (!pressed) return;
    event.preventDefault();
    if (leaving) return; // pressing twice is one order
    leaving = true;
    pressed.setAttribute("aria-busy", "true");
    leaveFor({
      price: pressed.getAttribute("data-checkout-price"),
      quantity: pressed.getAttribute("data-checkout-quantity") || "1",
    });
  });

  // Who comes back finds the page as the browser kept it: let the buttons work again.
  window.addEventListener("pageshow", function () {
    leaving = false;
    document.querySelectorAll("[data-checkout-price][aria-busy]").forEach(function (one) {
      one.removeAttribute("aria-busy");
    });
  });
})();
