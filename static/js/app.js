/* The little that markup cannot do: the chosen theme, and a word when the server could not be asked. */
"use strict";

(() => {
  const root = document.documentElement;
  const toasts = document.getElementById("toasts");

  /** Say one sentence, politely, until the next one. */
  function say(text) {
    if (!toasts || !text) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.textContent = text;
    toasts.replaceChildren(toast);
  }

  document.addEventListener("vinkey:say", (event) => say(event.detail));

  /** The heading of an answer that is a whole page, so that it is told and not swapped into a box. */
  function headingOf(html) {
    if (!/^\s*<!doctype/i.test(html)) return "";
    const heading = new DOMParser().parseFromString(html, "text/html").querySelector("h1");
    return heading ? heading.textContent.trim() : "";
  }

  for (const chooser of document.querySelectorAll("[data-theme-chooser]")) {
    chooser.hidden = false;
    chooser.addEventListener("change", (event) => {
      const theme = event.target.value;
      if (theme) root.dataset.theme = theme;
      else delete root.dataset.theme;
      document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    const heading = headingOf(xhr.responseText);
    if (!heading) return;
    event.detail.shouldSwap = false;
    say(heading);
  });
  document.addEventListener("htmx:responseError", (event) => {
    say(headingOf(event.detail.xhr.responseText) || toasts?.dataset.failed);
  });
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      // A form says so itself, where it stands.
      if (!event.target.closest?.("form[method=post]")) say(toasts?.dataset.lost);
    });
  }
})();
