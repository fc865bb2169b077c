/* The board by keyboard and by drag, and its moves without leaving the page. Whatever is done here is an entry of a card's
   menu, which does the same without a script. */
"use strict";

(() => {
  const board = () => document.querySelector("[data-board]");
  const cardOf = (node) => node.closest?.(".card");
  const titleOf = (card) => card.querySelector(".title");
  const menuOf = (card) => card.querySelector(".menu-list");
  const openerOf = (card) => card.querySelector("[popovertarget]");
  const labelOf = (card) => card.id.replace("card-", "");
  const columnOf = (card) => card.closest("[data-status]");
  const nameOf = (column) => column.querySelector(".status, h2").textContent.trim();
  // The card that the focus follows, and the status that it is to have left by then.
  let following = null;

  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  }

  // --- by keyboard: one card at a time can be reached by Tab, the arrows go on from there

  function cards() {
    return [...(board()?.querySelectorAll(".card") ?? [])];
  }

  function reachable(card) {
    for (const each of cards()) {
      const index = each === card ? 0 : -1;
      titleOf(each).tabIndex = index;
      if (openerOf(each)) openerOf(each).tabIndex = index;
    }
  }

  function go(card) {
    if (!card) return;
    reachable(card);
    titleOf(card).focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  const within = (column) => [...column.querySelectorAll(".card")];

  /** The card beside this one; columns without cards are passed over. */
  function beside(card, step) {
    const columns = [...columnOf(card).parentElement.querySelectorAll("[data-status]")];
    const row = within(columnOf(card)).indexOf(card);
    for (let at = columns.indexOf(columnOf(card)) + step; columns[at]; at += step) {
      const found = within(columns[at]);
      if (found.length) return found[Math.min(row, found.length - 1)];
    }
    return null;
  }

  /** The card above or below, at the end of a lane that of the next one. */
  function along(card, step) {
    const status = columnOf(card).dataset.status;
    const found = cards().filter((each) => columnOf(each).dataset.status === status);
    return found[found.indexOf(card) + step];
  }

  const KEYS = {
    ArrowDown: (card) => go(along(card, 1)),
    ArrowUp: (card) => go(along(card, -1)),
    ArrowRight: (card) => go(beside(card, 1)),
    ArrowLeft: (card) => go(beside(card, -1)),
    Home: (card) => go(within(columnOf(card))[0]),
    End: (card) => go(within(columnOf(card)).at(-1)),
    m: (card) => openMenu(card),
    o: (card) => askOrExplain(card, "assign"),
    b: (card) => askOrExplain(card, "raise-blocker"),
  };

  function openMenu(card) {
    if (!menuOf(card)) return;
    openerOf(card).click();
    entries(card)[0]?.focus();
  }

  const entries = (card) => [...menuOf(card).querySelectorAll("button")];

  /** Among the entries of an open menu. */
  function inMenu(event, card) {
    const all = entries(card), at = all.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[(next + all.length) % all.length].focus();
  }

  document.addEventListener("keydown", (event) => {
    const card = cardOf(event.target);
    if (!card || !board()?.contains(card) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(".menu-list")) {
      inMenu(event, card);
      return;
    }
    if (event.key === "Escape" && card.querySelector(".refusal")) {
      dismiss(card);
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!KEYS[key] || !event.target.matches(".title, [popovertarget]")) return;
    event.preventDefault();
    KEYS[key](card);
  });
  document.addEventListener("focusin", (event) => {
    const card = cardOf(event.target);
    if (card && board()?.contains(card)) reachable(card);
  });

  // --- moving

  const steps = () => Object.entries(JSON.parse(board().dataset.steps));

  /** The verb that leads a card to a status. */
  function verbTo(card, status) {
    const step = `${columnOf(card).dataset.status}>${status}`;
    return steps().find(([each]) => each === step)?.[1];
  }

  /** The entry of its menu that leads there; nothing where that is not the reader's, or no step is. */
  function entryTo(card, status) {
    const verb = verbTo(card, status);
    return verb && menuOf(card)?.querySelector(`button[formaction*="/${verb}/"]`);
  }

  /** The column to which an entry leads; none for another stage. */
  function columnTo(card, entry) {
    const columns = [...board().querySelectorAll("[data-status]")];
    return columns.find((column) => entryTo(card, column.dataset.status) === entry);
  }

  const pathTo = (card, verb) => `${titleOf(card).getAttribute("href")}${verb}/`;
  const back = () => document.querySelector("#ask [name=back]").value;

  /** Go to the form of an act; it leads back to this board. */
  function ask(card, verb) {
    location.assign(`${pathTo(card, verb)}?back=${encodeURIComponent(back())}`);
  }

  function dismiss(card) {
    const refusal = card.querySelector(".refusal");
    go(card);
    refusal?.remove();
  }

  /** Why it was not done, on the card itself. */
  function explain(card, html) {
    const refusal = new DOMParser().parseFromString(html, "text/html").querySelector(".refusal");
    if (!refusal) return false;
    card.querySelector(".refusal")?.remove();
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "btn small", textContent: board().dataset.close });
    close.addEventListener("click", () => dismiss(card));
    refusal.append(close);
    refusal.tabIndex = -1;
    card.prepend(refusal);
    refusal.focus();
    return true;
  }

  /** Go to the form of an act; of one that is not the reader's, say why on the card. Whether either was done. */
  async function askOrExplain(card, verb) {
    try {
      const answer = await fetch(pathTo(card, verb), { headers: { "HX-Request": "true" } });
      if (answer.ok) ask(card, verb);
      else return explain(card, await answer.text());
    } catch {
      tell("vinkey:say", document.getElementById("toasts").dataset.lost);
    }
    return true;
  }

  /** Do what an entry of the menu does, and stay. The same entry sent twice is done once. said: what else is sent. */
  async function act(card, entry, said = {}) {
    if ("busy" in card.dataset) return;
    card.dataset.busy = "";
    const sent = new URLSearchParams({ ...Object.fromEntries(new FormData(document.getElementById("move"))), ...said });
    // The page and the address tell one act from another.
    const to = said.stage ? `${entry.formAction}&stage=${encodeURIComponent(said.stage)}` : entry.formAction;
    const headers = { "HX-Request": "true" };
    try {
      const answer = await fetch(to, { method: "POST", body: sent, headers });
      if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
      else if (answer.ok) done(card, entry, said.stage);
      else if (!explain(card, await answer.text())) tell("vinkey:say", document.getElementById("toasts").dataset.failed);
    } catch {
      tell("vinkey:say", document.getElementById("toasts").dataset.lost);
    }
    delete card.dataset.busy;
    tell("vinkey:refresh");
  }

  function done(card, entry, stage) {
    const menu = menuOf(card);
    if (menu.matches(":popover-open")) menu.hidePopover();
    const to = columnTo(card, entry);
    // It is held where it is no longer: the focus follows it to its new place. What was asked for before the act may still
    // come after it, and shows the card where it was.
    following = { id: card.id, from: to && columnOf(card).dataset.status };
    card.querySelector(".refusal")?.remove();
    document.activeElement?.blur();
    const name = to ? nameOf(to) : stage && columnOf(card).querySelector(`[data-stage="${stage}"] h3`)?.firstChild.data.trim();
    if (name) tell("vinkey:say", fill(board().dataset.moved, { label: labelOf(card), to: name }));
  }

  document.addEventListener("click", (event) => {
    const entry = event.target.closest?.("button[form=move]");
    if (!entry || !board()?.contains(entry)) return;
    event.preventDefault();
    const card = cardOf(entry);
    entry.closest(".menu-list").hidePopover();
    act(card, entry);
  });

  // --- by drag: a drop on a column is the step that leads there

  let dragged = null;

  /** A step that is not in the menu is not the reader's, or there is none. */
  async function refused(card, column) {
    const verb = verbTo(card, column.dataset.status);
    if (verb && (await askOrExplain(card, verb))) return;
    const names = { label: labelOf(card), from: nameOf(columnOf(card)), to: nameOf(column) };
    tell("vinkey:say", fill(board().dataset.nowhere, names));
  }

  const stageOf = (node) => node.closest("[data-stage]")?.dataset.stage;
  const stager = (card) => menuOf(card)?.querySelector("button[data-drops]");

  /** On another stage of its own column: the form of the menu asks nothing but which. */
  function stage(card, to) {
    const entry = to && to !== stageOf(card) && stager(card);
    if (entry) act(card, entry, { stage: to });
  }

  function drop(card, column, on) {
    if (column.dataset.status === columnOf(card).dataset.status) {
      stage(card, stageOf(on));
      return;
    }
    const entry = entryTo(card, column.dataset.status);
    if (!entry) refused(card, column);
    else if (entry.form.id === "move") act(card, entry);
    else entry.form.requestSubmit(entry);
  }

  function marked(card) {
    for (const column of board().querySelectorAll("[data-status]")) {
      const entry = card && entryTo(card, column.dataset.status);
      const own = card && column === columnOf(card) && column.querySelector("[data-stage]") && stager(card);
      if (own) column.dataset.drop = "yes";
      else if (card) column.dataset.drop = entry ? (entry.matches(".held") ? "held" : "yes") : "no";
      else delete column.dataset.drop;
    }
  }

  /** The drag is over; an act that follows is busy with the card by itself. */
  function letGo() {
    const card = dragged;
    if (!card) return null;
    delete card.dataset.busy;
    dragged = null;
    marked(null);
    return card;
  }

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.matches?.(".card[draggable=true]") ? event.target : null;
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", labelOf(dragged));
    event.dataTransfer.effectAllowed = "move";
    dragged.dataset.busy = "";
    marked(dragged);
  });
  document.addEventListener("dragover", (event) => {
    if (dragged && event.target.closest?.("[data-board] [data-status]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = event.target.closest?.("[data-board] [data-status]");
    if (!dragged || !column) return;
    event.preventDefault();
    const card = letGo();
    drop(card, column, event.target);
  });
  document.addEventListener("dragend", letGo);

  /** What only works with a script shows with it, also in what came later. */
  function show() {
    if (!board()) return;
    const keys = document.querySelector("[data-keys]");
    if (keys) keys.hidden = false;
    for (const card of cards()) {
      titleOf(card).draggable = false;
      card.draggable = Boolean(menuOf(card));
    }
    const focused = cardOf(document.activeElement);
    const moved = following && document.getElementById(following.id);
    const there = moved && columnOf(moved)?.dataset.status !== following.from;
    if (there || document.activeElement !== document.body) following = null;
    if (there && document.activeElement === document.body) go(moved);
    else reachable(focused && board().contains(focused) ? focused : cards()[0]);
  }
  show();
  // Back from a form: to the card where it was chosen, once the browser has gone to its fragment, which takes the focus away.
  window.addEventListener("load", () => setTimeout(() => {
    const came = document.getElementById(location.hash.slice(1));
    if (came?.matches(".card") && document.activeElement === document.body) go(came);
  }));
  document.addEventListener("htmx:load", show);
})();
