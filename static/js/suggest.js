/* Suggestions under a box while one types: the server finds them; a key or a press takes one.

   data-suggest        the address that is asked, to which what was typed is added
   data-suggest-after  a sign that begins a word to be completed ("@"); else the whole box is one
   data-suggest-label  what the list holds, read out; data-suggest-count  how many, with {n} */
"use strict";

(() => {
  const PAUSE = 150;
  let pause = 0;
  let asked = 0;

  const isBox = (node) => node instanceof Element && node.matches("[data-suggest]");
  const listOf = (box) => document.getElementById(`${box.id}-list`);
  const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];

  /** The part that is being typed: where it begins, and its words; null where nothing is. */
  function partOf(box) {
    const sign = box.dataset.suggestAfter;
    if (!sign) return { from: 0, words: box.value.trim() };
    const before = box.value.slice(0, box.selectionStart);
    const from = before.lastIndexOf(sign);
    const words = before.slice(from + 1);
    const begins = from >= 0 && !/[\p{L}\p{N}_]/u.test(before[from - 1] || "");
    return begins && words && words.length < 40 && !words.includes("\n") ? { from, words } : null;
  }

  function make(box) {
    const list = document.createElement("ul");
    list.id = `${box.id}-list`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.suggestLabel);
    const told = document.createElement("span");
    told.className = "vh";
    told.setAttribute("role", "status");
    box.after(list, told);
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-autocomplete", "list");
    if (box.matches("input")) box.setAttribute("role", "combobox");
    // The box keeps the focus, so that it does not close before the press ends.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) take(box, option);
    });
    return list;
  }

  function close(box) {
    const list = listOf(box);
    clearTimeout(pause);
    asked += 1;
    if (!list) return;
    list.replaceChildren();
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
    if (box.matches("input")) box.setAttribute("aria-expanded", "false");
  }

  function light(box, list, option) {
    for (const each of optionsOf(list)) each.setAttribute("aria-selected", String(each === option));
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(box, option) {
    const sign = box.dataset.suggestAfter;
    const part = partOf(box);
    if (sign && part) {
      box.setRangeText(`${sign}${option.dataset.value} `, part.from, box.selectionStart, "end");
    } else if (!sign) box.value = option.dataset.value;
    close(box);
    box.focus();
    if (!sign) box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function ask(box) {
    const part = partOf(box);
    if (!part || !part.words) return close(box);
    asked += 1;
    const mine = asked;
    let html = "";
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(box.dataset.suggest + encodeURIComponent(part.words), { headers });
      if (answer.ok) html = await answer.text();
    } catch {
      // No connection: what is typed stands by itself.
    }
    if (mine !== asked || document.activeElement !== box) return;
    const list = listOf(box) || make(box);
    list.innerHTML = html;
    const options = optionsOf(list);
    options.forEach((option, n) => { option.id = `${list.id}-${n}`; });
    list.hidden = !options.length;
    if (box.matches("input")) box.setAttribute("aria-expanded", String(Boolean(options.length)));
    list.nextElementSibling.textContent = box.dataset.suggestCount.replace("{n}", options.length);
    if (options.length) light(box, list, options[0]);
  }

  document.addEventListener("input", (event) => {
    if (!isBox(event.target)) return;
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE, event.target);
  });
  document.addEventListener("keydown", (event) => {
    const list = isBox(event.target) && listOf(event.target);
    if (!list || list.hidden) return;
    const options = optionsOf(list);
    const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) light(event.target, list, options.at((at + step) % options.length));
    else if (event.key === "Enter") take(event.target, options[at]);
    else if (event.key === "Escape") close(event.target);
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    if (isBox(event.target)) close(event.target);
  });
})();
