/* What two controls do besides, where scripts run: how many rows are chosen, and a reading by steps. */
"use strict";

(() => {
  /** The check boxes of rows that belong to this form, wherever in the table they stand. */
  const boxesOf = (form) => [...form.elements].filter((box) => box.type === "checkbox" && box.name !== "all");

  function count(form) {
    const chosen = boxesOf(form).filter((box) => box.checked).length;
    const told = form.querySelector("[data-many]");
    if (chosen) told.textContent = chosen === 1 ? told.dataset.one : told.dataset.many.replace("{n}", chosen);
  }

  /** One step, with as many decimals as the value or the step has. */
  function step(box, by) {
    const decimals = Math.max(...[box.value, by].map((text) => (text.split(/[.,]/)[1] || "").length));
    const value = Number(box.value.replace(",", ".") || 0);
    if (Number.isNaN(value)) return;
    box.value = (value + Number(by)).toFixed(decimals);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "bulk" in form.dataset) count(form);
  });
  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    const by = event.target.closest("[data-step]");
    if (all) {
      for (const box of boxesOf(all.form)) box.checked = true;
      count(all.form);
    } else if (by) {
      step(by.closest("[data-entry]").querySelector("input"), by.dataset.step);
    }
  });

  /** Buttons that need this script show with it, also in what htmx brings. */
  function show(root) {
    for (const button of root.querySelectorAll("[data-all], [data-step]")) button.hidden = false;
    for (const form of root.querySelectorAll("[data-bulk]")) count(form);
  }
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
})();
