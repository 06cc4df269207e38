/* Draws the bars again with Chart.js, for reading values under the pointer. Without this script the
   page shows the same bars as an SVG, and in any case the same numbers as a table. */
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(figure) {
    const days = [...figure.querySelectorAll("tbody tr")].reverse();
    const cells = (column) => days.map((day) => day.querySelectorAll("td")[column]);
    const bars = (column, name) => ({
      data: cells(column).map((cell) => Number(cell.dataset.amount) || null), // none: no bar
      backgroundColor: colour(name),
      borderRadius: 2,
      minBarLength: 2,
      grouped: false, // one before the other: what went back is a part of what had come
      order: -column,
    });
    const words = ["came", "went back"];
    const said = (bar) => `${cells(bar.datasetIndex)[bar.dataIndex].textContent} ${words[bar.datasetIndex]}`;
    const picture = figure.querySelector("svg");
    const place = document.createElement("div");
    const canvas = document.createElement("canvas");
    place.className = "plot";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", picture.getAttribute("aria-label"));
    place.append(canvas);
    picture.replaceWith(place);
    figure.querySelector(".ends").remove(); // the axis says it
    const quiet = colour("--pico-muted-color");
    // As many days are named as there is room for, the last of them always.
    function named(_value, at) {
      const every = Math.ceil((days.length * 250) / this.chart.width);
      return (days.length - 1 - at) % every ? null : days[at].querySelector("th").textContent;
    }
    const chart = new window.Chart(canvas, {
      type: "bar",
      data: {
        labels: days.map((day) => day.querySelector("th").textContent),
        datasets: [bars(0, "--good"), bars(1, "--bad")],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: {
          legend: { display: false },
          tooltip: { displayColors: false, callbacks: { label: said } },
        },
        scales: {
          x: {
            grid: { display: false },
            ticks: { color: quiet, align: "inner", autoSkip: false, maxRotation: 0, callback: named },
          },
          y: { display: false, beginAtZero: true },
        },
      },
    });
    // A canvas keeps the colours it was drawn in, also when evening comes.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      ["--good", "--bad"].forEach((name, at) => (chart.data.datasets[at].backgroundColor = colour(name)));
      chart.options.scales.x.ticks.color = colour("--pico-muted-color");
      chart.update();
    });
  }

  document.querySelectorAll("figure.chart").forEach(draw);
})();
