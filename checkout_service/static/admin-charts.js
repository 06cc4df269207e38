/* Draws the bars again with Chart.js, for reading values under the pointer. Without this script the
   page shows the same bars as an SVG, and in any case the same numbers as a table. */
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(figure) {
    const days = [...figure.querySelectorAll("tbody tr")].reverse();
    const said = days.map((day) => day.querySelector("td").textContent);
    const picture = figure.querySelector("svg");
    const place = document.createElement("div");
    const canvas = document.createElement("canvas");
    place.className = "plot";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", picture.getAttribute("aria-label"));
    place.append(canvas);
    picture.replaceWith(place);
    const quiet = colour("--pico-muted-color");
    new window.Chart(canvas, {
      type: "bar",
      data: {
        labels: days.map((day) => day.querySelector("th").textContent),
        datasets: [
          {
            data: days.map((day) => Number(day.querySelector("td").dataset.amount) || null), // none: no bar
            backgroundColor: colour("--pico-primary-background"),
            borderRadius: 2,
            minBarLength: 2,
          },
        ],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: {
          legend: { display: false },
          tooltip: { displayColors: false, callbacks: { label: (bar) => said[bar.dataIndex] } },
        },
        scales: {
          x: { grid: { display: false }, ticks: { color: quiet, maxRotation: 0, autoSkipPadding: 16 } },
          y: { display: false, beginAtZero: true },
        },
      },
    });
  }

  document.querySelectorAll("figure.chart").forEach(draw);
})();
