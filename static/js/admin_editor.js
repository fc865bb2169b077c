// Comfort of the editor of a draft: rows are added without asking the server. All works without.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (!button) return;
  const part = button.dataset.add;
  const rows = document.querySelector(`[data-rows="${part}"]`);
  const total = document.getElementById(`id_${part}-TOTAL_FORMS`);
  const made = document.querySelector(`[data-new="${part}"]`);
  if (!rows || !total || !made) return;
  event.preventDefault();
  const holder = document.createElement("div");
  holder.innerHTML = made.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const row = holder.firstElementChild;
  rows.append(row);
  row.querySelector("input, select, textarea").focus();
});

// The key that will be made from the words, shown where none was typed.
document.addEventListener("input", (event) => {
  const named = /^(.+-\d+)-(label|text)$/.exec(event.target.name || "");
  const key = named && document.getElementById(`id_${named[1]}-key`);
  if (!key) return;
  const plain = event.target.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const words = plain.toLowerCase().replace(/[^a-z0-9\s_-]/g, "").trim();
  key.placeholder = words.replace(/[-\s]+/g, "-").slice(0, 36) || key.dataset.empty || "";
});
