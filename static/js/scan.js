/* A label is read by the camera, where the browser can: its code comes into the box that it is for.

   data-scan   id of the box; data-scan-site  slug of the site whose labels are meant
   data-scan-other, -none, -close   what is said of a strange label, of no camera, and to end it
   data-scan-here   on a box: it is given such a button, called data-scan-label; "whole": the address
                    itself comes into it */
"use strict";

(() => {
  const can = "BarcodeDetector" in window && Boolean(navigator.mediaDevices);

  /** The code on a label of ours: the address of a place or an asset, or the bare code. */
  function codeOn(text, site) {
    const found = /\/s\/([^/]+)\/(?:places|assets)\/(.+?)\/?(?:[?#].*)?$/.exec(text);
    if (!found) return /^https?:/.test(text) ? null : text.trim();
    return found[1] === site ? decodeURIComponent(found[2]) : null;
  }

  function say(button, text) {
    const box = document.getElementById(button.dataset.scan);
    let told = document.getElementById(`${box.id}-scanned`);
    if (!told) {
      told = document.createElement("p");
      told.id = `${box.id}-scanned`;
      told.className = "small is-late";
      told.setAttribute("role", "alert");
      button.parentElement.after(told);
    }
    told.textContent = text;
  }

  async function scan(button) {
    const box = document.getElementById(button.dataset.scan);
    const dialog = document.createElement("dialog");
    const film = document.createElement("video");
    const end = document.createElement("button");
    dialog.className = "dialog scan";
    film.muted = film.playsInline = true;
    end.type = "button";
    end.className = "btn wide";
    end.textContent = button.dataset.scanClose;
    end.addEventListener("click", () => dialog.close());
    dialog.append(film, end);
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      say(button, button.dataset.scanNone);
      return;
    }
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      for (const track of stream.getTracks()) track.stop();
      dialog.remove();
      button.focus();
    });
    dialog.setAttribute("aria-label", button.textContent.trim());
    dialog.showModal();
    film.srcObject = stream;
    await film.play();
    const reader = new BarcodeDetector();
    while (dialog.open) {
      const [label] = await reader.detect(film).catch(() => []);
      if (label) {
        const code = codeOn(label.rawValue, button.dataset.scanSite);
        dialog.close();
        say(button, code === null ? button.dataset.scanOther : "");
        if (code !== null) {
          box.value = box.dataset.scanHere === "whole" ? label.rawValue : code;
          box.dispatchEvent(new Event("change", { bubbles: true }));
        }
        return;
      }
      await new Promise((done) => { setTimeout(done, 150); });
    }
  }

  // One at a time: a second press while the camera opens begins nothing.
  let busy = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan]");
    if (!button || busy) return;
    busy = true;
    scan(button).finally(() => { busy = false; });
  });
  /** The button of a box that asks for one: it is drawn here, as without a script it does nothing. */
  function give(box) {
    if (!can || document.querySelector(`[data-scan="${box.id}"]`)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = box.dataset.scanLabel;
    for (const name of ["site", "other", "none", "close"]) {
      button.setAttribute(`data-scan-${name}`, box.getAttribute(`data-scan-${name}`));
    }
    button.dataset.scan = box.id;
    box.after(button);
  }

  function show(root) {
    for (const box of root.querySelectorAll("[data-scan-here]")) give(box);
    for (const button of root.querySelectorAll("[data-scan]")) button.hidden = !can;
  }
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
})();
