/* Opens the vendored Swagger UI on our own document. Nothing is fetched from elsewhere. */
window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("docs");
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.spec,
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
  });
});
