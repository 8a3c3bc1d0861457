// One Plotly figure on a page. Plotly comes from the machine that serves the app, once for all figures.
//
// A figure that changes is changed in place, so its zoom stays as long as layout.uirevision does. Clicks go to Python as
// what was clicked; pictures are made by the browser.

let loading;

function plotly() {
    loading ??= new Promise((done, failed) => {
        const own = document.querySelector('script[src*="static/js/"]');   // Streamlit's: it knows the base path
        const base = own ? own.src.split("static/js/")[0] : document.baseURI;
        const script = document.createElement("script");
        script.src = new URL("app/static/plotly.min.js", base).href;
        script.onload = () => done(window.Plotly);
        script.onerror = () => { loading = undefined; failed(new Error("plotly.min.js was not served")); };
        document.head.append(script);
    });
    return loading;
}

function themed(layout, element) {
    const style = getComputedStyle(element);
    const theme = (name) => style.getPropertyValue("--st-" + name).trim();
    const ink = theme("text-color"), page = theme("background-color"), panel = theme("secondary-background-color");
    const font = { family: theme("font") || "sans-serif", size: 12, color: ink };
    return {
        ...layout,
        font: { ...font, ...(layout.font || {}) },
        hoverlabel: { bgcolor: panel, bordercolor: ink, ...(layout.hoverlabel || {}), font: { ...font, size: 13 } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,132,140,0.7)", activecolor: ink },
        meta: { page },
    };
}

// What of a clicked point Python is told: numbers and short texts that came from Python before.
function told(point) {
    return {
        curve: point.curveNumber,
        index: point.pointNumber ?? point.pointIndex ?? null,
        x: point.x ?? null,
        y: point.y ?? null,
        customdata: point.customdata ?? null,
    };
}

async function picture(P, box, format, name) {
    const page = box.layout.meta.page;
    const figure = { data: box.data, layout: { ...box.layout, paper_bgcolor: page, plot_bgcolor: page } };
    const size = { width: box.clientWidth, height: box.clientHeight };
    await P.downloadImage(figure, { format, filename: name, scale: format === "png" ? 2 : 1, ...size });
}

export default function (component) {
    const { data, parentElement, setTriggerValue } = component;
    let box = parentElement.querySelector(".topolens-plot");
    if (!box) {
        box = document.createElement("div");
        box.className = "topolens-plot";
        const row = document.createElement("div");
        row.className = "topolens-pictures";
        for (const format of ["png", "svg"]) {
            const button = document.createElement("button");
            button.type = "button";
            button.dataset.format = format;
            button.textContent = format.toUpperCase();
            row.append(button);
        }
        parentElement.append(box, row);
    }
    box.style.height = `${data.height}px`;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", data.alt);
    box.classList.toggle("topolens-clickable", data.clickable);
    for (const button of parentElement.querySelectorAll(".topolens-pictures button")) {
        const format = button.dataset.format;
        button.title = `Save this figure as ${format.toUpperCase()}`;
        button.setAttribute("aria-label", `${button.title}: ${data.alt}`);
        button.onclick = () => plotly().then((P) => picture(P, box, format, data.name));
    }
    box.told = data.clickable ? (point) => setTriggerValue("click", told(point)) : null;
    const wanted = `${data.theme} ${data.figure}`;
    if (box.wanted !== wanted) {
        box.wanted = wanted;
        const figure = JSON.parse(data.figure);
        plotly().then(async (P) => {
            if (box.wanted !== wanted) { return; }                         // a later one is on its way
            await P.react(box, figure.data, themed(figure.layout, box), data.config);
            box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
            box.shown = wanted;
            if (!box.listens) {
                box.listens = true;
                box.watch = new ResizeObserver(() => { if (box.clientWidth) { P.Plots.resize(box); } });
                box.watch.observe(box);
                box.on("plotly_click", (event) => { if (box.told) { box.told(event.points[0]); } });
            }
        }).catch((error) => { box.textContent = `This figure could not be drawn: ${error.message}`; });
    }
    return () => {
        if (box.listens) { box.watch.disconnect(); window.Plotly.purge(box); }
    };
}
