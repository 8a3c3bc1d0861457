// A button that copies the address of the page as it is now: the whole selection is in it.

async function copied(text) {
    if (navigator.clipboard && window.isSecureContext) {
        await navigator.clipboard.writeText(text);
        return;
    }
    const area = document.createElement("textarea");    // a page that is not served by https may not use the clipboard
    area.value = text;
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) { throw new Error("the browser does not let a page copy"); }
}

export default function (component) {
    const button = component.parentElement.querySelector("button");
    button.onclick = () => copied(window.location.href)
        .then(() => { button.textContent = "Link copied"; })
        .catch(() => { button.textContent = "Copy it from the address bar"; })
        .finally(() => { setTimeout(() => { button.textContent = "Copy link"; }, 2500); });
}
