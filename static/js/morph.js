/* Brings what is shown to a newer state in place: what is the same stays, with its focus, its scrolling and what was
   typed. What somebody is busy with is left as it is. */
"use strict";

(() => {
  // Set by people and by our scripts, never by a newer page.
  const OURS = new Set(["open", "hidden", "tabindex", "draggable", "data-live", "data-busy", "data-past", "style"]);
  const CONTROLS = "input, select, textarea";
  const BUSY = ":popover-open, dialog[open], .refusal, [data-busy]";

  /** Whether somebody typed or chose something here that was not sent. */
  function typed(control) {
    if (control.type === "hidden" || control.type === "submit") return false;
    if (control.type === "file") return control.files.length > 0;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.options) {
      const chosen = [...control.options].find((option) => option.defaultSelected) || control.options[0];
      return control.multiple ? false : Boolean(chosen) && !chosen.selected;
    }
    return control.value !== control.defaultValue;
  }

  /** What is not to be touched, and everything that it stands in. */
  function stateOf(root) {
    const busy = new Set(root.querySelectorAll(BUSY));
    // A form that came back with a refusal holds what was typed as if it had always stood there.
    const cameBack = [...busy].some((each) => each.matches(".refusal") && !each.closest(".card"));
    for (const control of root.querySelectorAll(CONTROLS)) {
      const writing = control === document.activeElement && control.type !== "checkbox" && control.type !== "radio";
      if (!typed(control) && !writing && !(cameBack && control.type !== "hidden" && control.closest("form"))) continue;
      busy.add(control.closest("form") || control);
    }
    const above = new Set();
    for (const each of [...busy, document.activeElement]) {
      for (let up = each; up && up !== root && root.contains(up); up = up.parentElement) above.add(up);
    }
    const kept = new Set([...above].map((each) => each.id).filter(Boolean));
    return { busy, kept, stays: (node) => above.has(node) };
  }

  function attributes(old, fresh) {
    for (const { name, value } of fresh.attributes) {
      if (!OURS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!OURS.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
  }

  function move(parent, node, before) {
    if (parent.moveBefore) return parent.moveBefore(node, before);
    const focus = node.contains(document.activeElement) ? document.activeElement : null;
    parent.insertBefore(node, before);
    if (focus) focus.focus({ preventScroll: true });
    return undefined;
  }

  /** A newer node, without what is kept in its place elsewhere. */
  function made(fresh, state) {
    const found = document.importNode(fresh, true);
    if (found.querySelectorAll) {
      for (const each of found.querySelectorAll("[id]")) if (state.kept.has(each.id)) each.remove();
    }
    return found;
  }

  function children(old, fresh, state) {
    const known = new Map([...old.children].filter((each) => each.id).map((each) => [each.id, each]));
    const wanted = [...fresh.childNodes];
    const coming = new Set(wanted.map((each) => each.id).filter(Boolean));
    /** Kept in its place although the newer state does not have it here. */
    const left = (node) => state.stays(node) && (node.id ? !coming.has(node.id) : node.matches(".refusal"));
    let at = old.firstChild;
    for (const each of wanted) {
      while (at && left(at)) {
        state.left = true;
        at = at.nextSibling;
      }
      let match = each.id ? known.get(each.id) : null;
      if (each.id && !match && state.kept.has(each.id)) continue;
      if (!each.id && at && !at.id && at.nodeName === each.nodeName) match = at;
      if (!match) {
        old.insertBefore(made(each, state), at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else move(old, match, at);
      node(match, each, state);
    }
    while (at) {
      const next = at.nextSibling;
      if (state.stays(at)) state.left = true;
      else at.remove();
      at = next;
    }
  }

  function node(old, fresh, state) {
    if (state.busy.has(old)) {
      state.left = true;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeName !== fresh.nodeName) {
      old.replaceWith(document.importNode(fresh, true));
      return;
    }
    attributes(old, fresh);
    children(old, fresh, state);
    if (!old.matches(CONTROLS) || old.type === "file") return;
    if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.checked;
    else if (old.value !== fresh.value) old.value = fresh.value;
  }

  /** Bring `old` to the state of `fresh`, an element of another document. Whether something was left as it is. */
  function morph(old, fresh) {
    const state = stateOf(old);
    node(old, fresh, state);
    return Boolean(state.left);
  }
  globalThis.vinkey = { ...globalThis.vinkey, morph };
})();
