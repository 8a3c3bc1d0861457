"use strict";
// Draws the figures one after another, in the colours of the page; on paper all of them, light, as wide as a sheet.
(function () {
  const PAPER = 660;  // pixels across a sheet of A4 within its margins
  const known = JSON.parse(document.getElementById("figures-look").textContent);
  const plots = [...document.querySelectorAll(".plot")];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let printing = false;

  function recoloured(value) {
    if (typeof value === "string") { return known.swapped[value] || value; }
    if (Array.isArray(value)) { return value.map(recoloured); }
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, recoloured(inner)]));
    }
    return value;
  }

  function draw(plot) {
    const onDark = dark.matches && !printing;
    const style = getComputedStyle(document.documentElement);
    const ink = printing ? "#1f2937" : style.getPropertyValue("--ink").trim();
    const panel = printing ? "#ffffff" : style.getPropertyValue("--page").trim();
    const written = JSON.parse(document.getElementById(plot.dataset.figure).textContent);
    const figure = onDark ? recoloured(written) : written;
    const axis = { zeroline: false };
    figure.layout.template = { layout: {
      colorway: ["#8a6bb8"],
      xaxis: axis, yaxis: axis,
      hoverlabel: { bgcolor: panel, bordercolor: "rgba(128,132,140,0.6)", font: { color: ink } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,132,140,0.7)", activecolor: ink }
    } };
    figure.layout.font = { family: 'system-ui, "Segoe UI", "Source Sans 3", sans-serif', size: 12.5, color: ink };
    figure.layout.width = printing ? PAPER : undefined;
    figure.layout.autosize = !printing;
    plot.dataset.theme = onDark ? "dark" : "light";
    return Plotly.react(plot, figure.data, figure.layout, { ...known.config, responsive: true });
  }

  async function drawAll() {
    for (const plot of plots) {
      if (!plot.dataset.theme) { await draw(plot); }
      await new Promise(next => setTimeout(next, 0));  // a click in between is answered
    }
    document.documentElement.dataset.figures = "drawn";
  }

  dark.addEventListener("change", () => plots.forEach(draw));
  const folded = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    document.querySelectorAll("details:not([open])").forEach(one => { one.open = true; folded.push(one); });
    plots.forEach(draw);
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    folded.splice(0).forEach(one => { one.open = false; });
    plots.forEach(draw);
  });
  drawAll();
})();
