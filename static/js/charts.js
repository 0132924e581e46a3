/* Draws every [data-chart] figure from the JSON block it names, in the colours of tokens.css, and again when the
   theme changes. The numbers stand beside it as a table (panel/inc/chart.html). */
(() => {
  const drawn = new Map(); // figure -> Chart
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /* A token is light-dark(…) until an element uses it; a canvas needs the colour itself. */
  function colour(figure, token) {
    const probe = document.createElement("i");
    probe.style.color = `var(${token})`;
    figure.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  function coloursOf(figure, series, index) {
    if (series.tones) return series.tones.map((tone) => colour(figure, `--status-${tone}`));
    return colour(figure, `--chart-${(index % 5) + 1}`);
  }

  function dataset(figure, kind, series, index) {
    const tint = coloursOf(figure, series, index);
    const common = { label: series.label, data: series.values, backgroundColor: tint, hoverBackgroundColor: tint };
    if (kind === "line") {
      const area = colour(figure, `--chart-${(index % 5) + 1}-area`);
      const line = { borderColor: tint, borderWidth: 2, pointRadius: 0, pointHoverRadius: 4, pointHitRadius: 16 };
      return {
        ...common,
        ...line,
        backgroundColor: area,
        pointHoverBackgroundColor: tint,
        fill: "origin",
        cubicInterpolationMode: "monotone",
      };
    }
    if (kind === "bar") return { ...common, borderRadius: 4, maxBarThickness: 36 };
    return {
      ...common,
      borderColor: colour(figure, "--ui-surface"),
      hoverBorderColor: colour(figure, "--ui-surface"),
      borderWidth: 2,
    };
  }

  function scales(figure, kind) {
    if (kind === "doughnut") return {};
    const ticks = { color: colour(figure, "--ui-ink-3"), maxRotation: 0, autoSkipPadding: 16, precision: 0 };
    const quiet = { border: { display: false }, ticks };
    return {
      x: { ...quiet, grid: { display: false } },
      y: { ...quiet, beginAtZero: true, suggestedMax: 4, grid: { color: colour(figure, "--ui-line") } },
    };
  }

  function options(figure, data) {
    const many = data.series.length > 1;
    return {
      animation: still.matches ? false : { duration: 400 },
      responsive: true,
      maintainAspectRatio: false,
      cutout: "68%",
      interaction: { mode: data.kind === "doughnut" ? "nearest" : "index", intersect: data.kind === "doughnut" },
      scales: scales(figure, data.kind),
      plugins: {
        legend: {
          display: many,
          position: "bottom",
          labels: { color: colour(figure, "--ui-ink-2"), usePointStyle: true, boxHeight: 6 },
        },
        tooltip: {
          backgroundColor: colour(figure, "--ui-tip"),
          titleColor: colour(figure, "--ui-on-tip"),
          bodyColor: colour(figure, "--ui-on-tip"),
          padding: 10,
          cornerRadius: 8,
          boxPadding: 4,
        },
      },
    };
  }

  /* The table of a doughnut is its legend: the same colours. */
  function paintKeys(figure, chart) {
    const colours = chart.data.datasets[0].backgroundColor;
    figure.querySelectorAll(".chart-key").forEach((key, row) => {
      key.style.backgroundColor = Array.isArray(colours) ? colours[row] : "";
    });
  }

  function draw(figure) {
    drawn.get(figure)?.destroy();
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const chart = new Chart(figure.querySelector("canvas"), {
      type: data.kind,
      data: {
        labels: data.labels,
        datasets: data.series.map((line, index) => dataset(figure, data.kind, line, index)),
      },
      options: options(figure, data),
    });
    if (data.kind === "doughnut") paintKeys(figure, chart);
    drawn.set(figure, chart);
  }

  function forgetRemoved() {
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      chart.destroy();
      drawn.delete(figure);
    }
  }

  BetterSide.onContent((root) => {
    forgetRemoved();
    BetterSide.all(root, "[data-chart]").forEach(draw);
  });
  document.addEventListener("themechange", () => drawn.forEach((_, figure) => draw(figure)));
})();
