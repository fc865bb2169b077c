/* Keeps a page up to date that came with a token: asks every few seconds whether anything is new, which costs the server
   one query, and brings the page to the newer state in place. Rests while nobody looks. */
"use strict";

(() => {
  const main = document.querySelector("main[data-live]");
  const news = document.getElementById("news");
  const lost = document.getElementById("lost");
  if (!main || !news || !lost) return;

  // An act of somebody else is to be seen within five seconds.
  const EVERY = 4000, SLOWEST = 30000, PATIENCE = 15000;
  const SAID = 3;
  const PARTS = ".title, .status, .who, .flag, .blockline, .due, .prio";
  let tag = main.dataset.live;
  let asked = address();
  let wait = EVERY;
  let timer = 0;
  let running = false;
  let again = false;
  let over = false;
  let leaving = false;
  let latest = null;
  // Whether something of it is not shown yet, because somebody is busy there.
  let held = false;
  // How often the page was changed by an act of its own: what was asked before is no answer any more.
  let turn = 0;
  let seen = new Date();

  function address() {
    return location.href.split("#")[0];
  }

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  }

  function clock(moment) {
    const zone = lost.dataset.zone || undefined;
    const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
    return new Intl.DateTimeFormat(document.documentElement.lang, time).format(moment);
  }

  /** What a page shows of work and counts, by what it is called. */
  function shown(root) {
    const found = new Map();
    for (const each of root.querySelectorAll("[id^='card-'], [id^='row-'], #item")) {
      const label = each.id === "item" ? each.querySelector(".wno")?.textContent : each.id.replace(/^\w+-/, "");
      const status = each.closest("[data-status]")?.querySelector(".status") || each.querySelector(".status");
      const text = [...each.querySelectorAll(PARTS)].map((part) => part.textContent).join("|");
      if (label) found.set(label, { id: each.id, to: status?.textContent.trim() || "", text });
    }
    return found;
  }

  /** Say what is different, the first few by name, and mark it. */
  function tell(before, after) {
    const said = [];
    for (const [label, now] of after) {
      const was = before.get(label);
      if (was && was.to === now.to && was.text === now.text) continue;
      const words = !was ? news.dataset.new : was.to !== now.to ? news.dataset.moved : news.dataset.changed;
      said.push(fill(words, { label, to: now.to }));
      const element = document.getElementById(now.id);
      if (element && now.id !== "item") {
        element.classList.add("is-new");
        setTimeout(() => element.classList.remove("is-new"), 4000);
      }
    }
    for (const label of before.keys()) if (!after.has(label)) said.push(fill(news.dataset.gone, { label }));
    if (!said.length) return;
    const more = said.length > SAID ? [fill(news.dataset.more, { n: said.length - SAID })] : [];
    news.textContent = [...said.slice(0, SAID), ...more].join(" ");
  }

  /** What is held in its old place, because somebody is busy with it, says where it is now. */
  function past(fresh) {
    for (const card of main.querySelectorAll(".card")) {
      const now = fresh.getElementById(card.id)?.closest("[data-status]");
      const here = card.closest("[data-status]");
      const to = now?.querySelector(".status")?.textContent.trim();
      if (here && now?.dataset.status === here.dataset.status) delete card.dataset.past;
      else card.dataset.past = now ? fill(news.dataset.past, { to }) : news.dataset.pastGone;
    }
  }

  function take(fresh, silent) {
    const part = fresh.querySelector("main[data-live]");
    if (!part) return;
    const before = shown(main);
    held = globalThis.vinkey.morph(main, part);
    const side = document.getElementById("side");
    if (side && fresh.getElementById("side")) globalThis.vinkey.morph(side, fresh.getElementById("side"));
    document.title = fresh.title;
    latest = fresh;
    past(fresh);
    if (!silent) tell(before, shown(fresh));
    globalThis.htmx?.process(main);
    main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: main } }));
  }

  function found() {
    if (!lost.hidden) news.textContent = news.dataset.back;
    lost.hidden = true;
    seen = new Date();
    wait = EVERY;
  }

  function gone(words) {
    lost.querySelector("span").textContent = fill(words, { at: clock(seen) });
    lost.hidden = false;
    wait = Math.min(wait * 1.5, SLOWEST);
  }

  /** It is asked no more: what the page shows may not be the reader's to see any longer. */
  function stop(words) {
    over = true;
    gone(words);
  }

  async function ask() {
    const url = address(), before = turn;
    if (url !== asked) tag = "";
    asked = url;
    const headers = { "X-Live": "1", ...(tag && { "If-None-Match": tag }) };
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(url, { headers, signal, cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      stop(lost.dataset.signedOut);
      return;
    }
    if (answer.status === 403 || answer.status === 404) {
      stop(lost.dataset.closed);
      return;
    }
    if (answer.status !== 304) {
      if (!answer.ok) {
        gone(lost.dataset.failed);
        return;
      }
      const text = await answer.text();
      if (url !== address() || before !== turn) return;
      tag = answer.headers.get("ETag") || "";
      take(new DOMParser().parseFromString(text, "text/html"));
    }
    found();
  }

  async function look() {
    clearTimeout(timer);
    again = running;
    if (running || over || leaving || document.hidden) return;
    running = true;
    try {
      await ask();
    } catch {
      if (!leaving) gone(lost.dataset.lost);
    }
    running = false;
    if (again) look();
    else timer = setTimeout(look, wait + Math.random() * 400);
  }

  /** Somebody may be busy with it no more: what was held back is shown. */
  function release() {
    setTimeout(() => {
      if (latest && (held || main.querySelector("[data-past]"))) take(latest, true);
    }, 150);
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pagehide", () => (leaving = true));
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) look();
  });
  /** An act of this page's own: the answer on its way is from before it, so that another is asked for. */
  function acted() {
    // What was held back has not been seen.
    if (held) tag = "";
    held = false;
    latest = null;
    turn += 1;
    again = running;
  }

  document.addEventListener("vinkey:refresh", () => {
    acted();
    look();
  });
  document.addEventListener("htmx:afterSettle", acted);
  main.addEventListener("focusout", release);
  main.addEventListener("toggle", release, true);
  main.addEventListener("dragend", release);
  timer = setTimeout(look, wait);
})();
