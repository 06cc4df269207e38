// One press is enough: the button says so until the page is left or shown again.
const form = document.getElementById("pay");
const button = document.getElementById("submit");
const label = button.textContent;
form.addEventListener("submit", (event) => {
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  button.textContent = "Processing\u2026";
});
window.addEventListener("pageshow", () => {
  button.removeAttribute("aria-busy");
  button.textContent = label;
});
