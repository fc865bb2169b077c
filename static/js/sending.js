/* What is on its way, and what could not go: a form and its file stay as they are until they have
   arrived, and go again when the person presses. The act keeps its id, so that it happens once. */
"use strict";

(() => {
  const pressed = new WeakMap();
  const unsent = new Set();
  const strip = document.getElementById("connection");
  const formOf = (event) => event.target.closest?.("form[method=post]");
  const filesOf = (form) => [...form.querySelectorAll("input[type=file]")].filter((box) => box.files.length);
  const size = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;

  /** A copy of a part that the page holds ready, put last into the form. */
  function put(form, name) {
    form.querySelector(`:scope > [data-part=${name}]`)?.remove();
    const part = document.getElementById(name).content.firstElementChild.cloneNode(true);
    part.dataset.part = name;
    const named = filesOf(form).flatMap((box) => [...box.files]);
    part.querySelector("[data-files]").textContent = named.map((file) => `${file.name}, ${size(file.size)}`).join("; ");
    form.append(part);
    return part;
  }

  function tell() {
    for (const form of unsent) if (!form.isConnected) unsent.delete(form);
    if (!strip) return;
    const { off, unsent: waiting } = strip.dataset;
    strip.hidden = navigator.onLine && !unsent.size;
    strip.querySelector("span").textContent = [
      navigator.onLine ? "" : off, unsent.size ? waiting.replace("{n}", unsent.size) : "",
    ].join(" ").trim();
  }

  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (form) pressed.set(form, event.submitter);
  });

  // --- on its way
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = formOf(event);
    if (!form || event.target !== form) return;
    unsent.delete(form);
    form.querySelector(":scope > [data-part=unsent]")?.remove();
    if (filesOf(form).length) put(form, "sending");
    tell();
  });
  const come = (event) => {
    const form = formOf(event);
    const bar = form?.querySelector(":scope > [data-part=sending] progress");
    const { loaded, total, lengthComputable } = event.detail;
    const most = bar && filesOf(form).reduce((sum, box) => sum + box.files[0].size, 0);
    // The answer comes the same way; it is smaller than what was sent.
    if (bar && lengthComputable && total >= most) bar.value = Math.round((100 * loaded) / total);
  };
  // Where the answer is there at once, the end is told without the last of the way.
  document.addEventListener("htmx:xhr:progress", come);
  document.addEventListener("htmx:xhr:loadend", come);
  document.addEventListener("htmx:afterRequest", (event) => {
    formOf(event)?.querySelector(":scope > [data-part=sending]")?.remove();
  });

  // --- not gone
  for (const lost of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
    document.addEventListener(lost, (event) => {
      const form = formOf(event);
      if (!form || event.target !== form) return;
      unsent.add(form);
      const again = put(form, "unsent").querySelector("button");
      again.addEventListener("click", () => {
        const button = pressed.get(form);
        if (button?.isConnected) button.click();
        else form.requestSubmit();
      });
      again.focus();
      tell();
    });
  }
  window.addEventListener("offline", tell);
  window.addEventListener("online", tell);
  window.addEventListener("beforeunload", (event) => {
    tell();
    if (unsent.size) event.preventDefault();
  });

  // --- nothing typed is lost when a part of the page is replaced
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form) form.dataset.typed = "";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    const sent = requestConfig?.elt;
    const kept = [...target.querySelectorAll("form[data-typed][id]")].filter((form) => form !== sent);
    const files = xhr.status >= 400 && sent?.id ? filesOf(sent).map((box) => [box.id, box.files]) : [];
    if (!event.detail.shouldSwap) return;
    const swapped = (after) => {
      if (after.detail.xhr !== xhr) return;
      document.removeEventListener("htmx:afterSwap", swapped);
      for (const form of kept) {
        const fresh = document.getElementById(form.id);
        if (!fresh || fresh === form || fresh.querySelector(".invalid")) continue;
        fresh.replaceWith(form);
        const fold = form.closest("details");
        if (fold) fold.open = true;
        htmx.process(form);
      }
      const back = xhr.status >= 400 && sent?.id && document.getElementById(sent.id);
      if (back) back.dataset.typed = "";
      for (const [id, chosen] of files) {
        const box = document.getElementById(id);
        if (box?.type === "file") box.files = chosen;
      }
    };
    document.addEventListener("htmx:afterSwap", swapped);
  });
  tell();
})();
