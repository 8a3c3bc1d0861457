// One Plotly figure on a page. Plotly comes from the machine that serves the app, once for all figures.
//
// A figure that changes is changed in place, so its zoom stays as long as layout.uirevision does. Clicks go to Python as
// what was clicked; pictures are made by the browser. A figure with frames has a slider over them, which draws each into
// the same axes without asking Python; where it comes to rest, Python is told.

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

// The traces of a figure at its frame k.
function traces(figure, k) {
    const drawn = [...figure.data], frame = (figure.frames || [])[k];
    if (frame) { frame.traces.forEach((place, n) => { drawn[place] = { ...drawn[place], ...frame.data[n] }; }); }
    return drawn;
}

// The layout as Python sent it, seen from where the reader has gone: plotly.js 4.2 forgets cameras after a resize.
// Who has gone nowhere sees a scene from farther away where it is narrow, else its sides would be cut.
function placed(box) {
    const layout = structuredClone(box.plain);
    const away = Math.max(1, 0.95 * box.clientHeight / (box.clientWidth || Infinity));
    for (const scene of Object.keys(layout).filter((key) => layout[key]?.camera)) {
        const eye = layout[scene].camera.eye;
        if (box.cameras[scene]) {
            layout[scene].camera = structuredClone(box.cameras[scene]);
        } else {
            for (const axis of Object.keys(eye)) { eye[axis] *= away; }
        }
    }
    return layout;
}

// Keeps where a scene is looked at from, until that moves no more: a view goes on turning after it has been let go.
function follow(box, scene) {
    let before = "";
    clearInterval(box.following);
    box.following = setInterval(() => {
        const camera = box._fullLayout?.[scene]?._scene?.getCamera(), now = JSON.stringify(camera);
        if (!camera || now === before) { clearInterval(box.following); return; }
        before = now;
        box.cameras[scene] = camera;
    }, 100);
}

// A figure takes the width that its box has now. plotly.js 4.2 leaves a legend where it was when that changes the number
// of its rows, so a figure without a scene is drawn once more when the width has come to rest.
function resized(P, box) {
    if (!box.clientWidth) { return; }
    P.Plots.resize(box);
    if (box.width !== box.clientWidth && !Object.keys(box.layout).some((key) => key.startsWith("scene"))) {
        clearTimeout(box.resting);
        box.resting = setTimeout(() => P.redraw(box), 250);
    }
    box.width = box.clientWidth;
}

// Draws the frame that was asked for last; those that are passed over while one is being drawn are left out.
async function step(P, box, k) {
    box.frame = k;
    box.said.textContent = box.figure.frames[k].name;
    box.range.value = k;
    box.range.setAttribute("aria-valuetext", box.figure.frames[k].name);
    if (box.stepping) { return; }
    box.stepping = true;
    for (let now = -1; now !== box.frame;) {
        now = box.frame;
        await P.react(box, traces(box.figure, now), placed(box), box.config);
    }
    box.stepping = false;
    box.dataset.frame = String(box.frame);
}

function rest(box) {
    clearInterval(box.playing);
    box.playing = null;
    box.play.textContent = "▶ Play";
}

function slider(box, tell) {
    const row = document.createElement("div");
    row.className = "topolens-frames";
    box.play = document.createElement("button");
    box.play.type = "button";
    box.range = document.createElement("input");
    box.range.type = "range";
    box.range.min = 0;
    box.range.setAttribute("aria-label", "Frame");
    box.said = document.createElement("output");
    row.append(box.play, box.range, box.said);
    rest(box);
    const go = (k) => plotly().then((P) => step(P, box, k));
    box.range.oninput = () => { rest(box); box.dragged = true; go(Number(box.range.value)); };
    box.range.onchange = () => { box.dragged = false; tell(Number(box.range.value)); };
    box.play.onclick = () => {
        if (box.playing) { rest(box); tell(box.frame); return; }
        box.play.textContent = "❚❚ Stop";
        const last = () => box.figure.frames.length - 1;
        if (box.frame >= last()) { go(0); }
        box.playing = setInterval(() => {
            if (box.stepping) { return; }
            if (box.frame >= last()) { rest(box); tell(box.frame); return; }
            go(box.frame + 1);
        }, 300);
    };
    return row;
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
        if (data.frame !== null) {
            box.after(slider(box, (k) => { box.tellFrame(k); }));
        }
    }
    box.tellFrame = (k) => { box.sent = k; setTriggerValue("frame", k); };
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
    const wanted = `${data.theme} ${data.frame} ${data.figure}`;
    if (box.wanted !== wanted) {
        box.wanted = wanted;
        const figure = JSON.parse(data.figure);
        plotly().then(async (P) => {
            if (box.wanted !== wanted) { return; }                         // a later one is on its way
            if (data.frame !== null) {
                rest(box);
                box.figure = figure;
                box.config = data.config;
                box.range.max = figure.frames.length - 1;
                if (data.frame === box.sent) { box.sent = null; }       // Python has heard of the last choice
                const ahead = box.dragged || (box.sent ?? null) !== null;
                box.frame = ahead ? Math.min(box.frame, figure.frames.length - 1) : data.frame;
                box.range.value = box.frame;
                box.said.textContent = figure.frames[box.frame].name;
                box.range.setAttribute("aria-valuetext", figure.frames[box.frame].name);
                box.dataset.frame = String(box.frame);
            }
            box.plain = themed(figure.layout, box);
            if (!box.cameras || box.revision !== figure.layout.uirevision) { box.cameras = {}; }
            box.revision = figure.layout.uirevision;
            await P.react(box, traces(figure, box.frame), placed(box), data.config);
            box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
            box.shown = wanted;
            if (!box.listens) {
                box.listens = true;
                box.width = box.clientWidth;
                box.watch = new ResizeObserver(() => { resized(P, box); });
                box.watch.observe(box);
                box.on("plotly_relayout", (changed) => {
                    for (const scene of Object.keys(changed).map((key) => /^(scene\d*)\.camera/.exec(key)?.[1])) {
                        if (scene) {
                            box.cameras[scene] = structuredClone(box.layout[scene].camera);
                            follow(box, scene);
                        }
                    }
                });
                box.on("plotly_click", (event) => { if (box.told) { box.told(event.points[0]); } });
            }
        }).catch((error) => { box.textContent = `This figure could not be drawn: ${error.message}`; });
    }
    return () => {
        clearInterval(box.playing);
        clearTimeout(box.resting);
        clearInterval(box.following);
        if (box.listens) { box.watch.disconnect(); window.Plotly.purge(box); }
    };
}
