// Remembers for this browser that the first steps were closed, and tells Python when they never were.
//
// A tab that was opened by a link to a selection is left in peace, also after it was loaded again. Where the browser keeps
// nothing, the steps are shown once for each tab.

const KEY = "topolens guide";

function kept(store) {
    try { return window[store].getItem(KEY); } catch { return null; }
}

function keep(store, value) {
    try { window[store].setItem(KEY, value); } catch { /* this browser keeps nothing: it is asked again next time */ }
}

function byLink() {
    const [opened] = performance.getEntriesByType("navigation");      // the address as it was typed or clicked
    return Boolean(opened && new URL(opened.name).search);
}

export default function ({ data, setStateValue }) {
    if (data.closed) {
        keep("localStorage", "closed");
        return;
    }
    if (data.shown || kept("localStorage") === "closed") { return; }
    const came = kept("sessionStorage") || (byLink() ? "link" : "first");
    keep("sessionStorage", came);
    if (came === "first") { setStateValue("first", true); }
}
