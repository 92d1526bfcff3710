"use strict";
/* Everything works without this file; it makes the screens quicker to use. */

const find = (root, selector) => [
  ...(root.matches?.(selector) ? [root] : []),
  ...root.querySelectorAll(selector),
];

/* パスワードを表示: the checkbox shows itself only where it can do something. */
function offerToShowPasswords(root) {
  for (const box of find(root, "[data-show-passwords]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => {
      for (const input of box.form.querySelectorAll("[data-password]")) {
        input.type = box.checked ? "text" : "password";
      }
    });
  }
}

/* Focus goes to what went wrong (error summary, field) when a page or a part of it arrives. */
function focusErrors(root) {
  (find(root, "[data-focus]")[0] ?? find(root, "[aria-invalid='true']")[0])?.focus();
}

/* The title says 「エラー：」 as long as a form of the page has an error, as on a whole page. */
const ERROR_PREFIX = "エラー：";

function titleErrors(root) {
  if (!find(root, "form[hx-post]").length) return; // another part of the page says nothing of it
  const plain = document.title.replace(ERROR_PREFIX, "");
  const isWrong = document.querySelector("main .mk-field-error") !== null;
  document.title = isWrong ? ERROR_PREFIX + plain : plain;
}

function offerToClose(root) {
  for (const button of find(root, "[data-close]")) {
    button.hidden = false;
  }
}

/* Proof of what was just done; it goes by itself, but not while somebody is at it. */
const TOAST_MS = 8000;
const TICK_MS = 250;

function showToast(toast) {
  for (const button of toast.querySelectorAll("[data-close]")) button.hidden = false;
  // Put in anew, so that it is spoken.
  document.getElementById("toasts").append(toast);
  let left = TOAST_MS;
  const tick = setInterval(() => {
    if (!toast.matches(":hover, :focus-within")) left -= TICK_MS;
    if (left > 0 && toast.isConnected) return;
    clearInterval(tick);
    toast.remove();
  }, TICK_MS);
}

function sayBriefly(text) {
  const toast = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = text;
  for (const other of document.querySelectorAll("#toasts .mk-toast")) other.remove();
  showToast(toast);
}

function takeToasts() {
  for (const toast of document.querySelectorAll("#toasts .mk-toast")) {
    toast.remove();
    setTimeout(() => showToast(toast), 100);
  }
}

/* コピー: data-copy names an element (its value or text), data-copy-text is the text itself. */
function offerToCopy(root) {
  if (!navigator.clipboard) return; // only https and this machine have one
  for (const button of find(root, "[data-copy], [data-copy-text]")) button.hidden = false;
}

function textToCopy({ copy, copyText }) {
  if (copy === undefined) return copyText;
  const source = document.querySelector(copy);
  return source.value ?? source.textContent.trim();
}

async function copy(button) {
  button.parentElement.querySelector(".mk-copy-failed")?.remove();
  try {
    await navigator.clipboard.writeText(textToCopy(button.dataset));
    sayBriefly("コピーしました。");
  } catch {
    sayFailed(button, "コピーできませんでした。文字を選択してコピーしてください。");
  }
}

/* Errors do not go by themselves. */
function sayFailed(button, text) {
  const note = document.createElement("span");
  note.className = "mk-result mk-result--error mk-copy-failed";
  note.setAttribute("role", "alert");
  note.textContent = text;
  button.after(note);
}

/* A value that is no part of the page: fetched when it is asked for, and gone with the page. */
const HIDDEN_VALUE = "●●●●";

function offerToCopySecrets(root) {
  if (!navigator.clipboard) return;
  for (const button of find(root, "[data-secret] [value='copy']")) button.hidden = false;
}

async function fetchSecret(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "error",
  });
  if (!answer.ok) throw new Error("not given");
  return (await answer.json()).secret;
}

async function useSecret(form, button) {
  const shown = form.querySelector("[data-secret-text]");
  const word = button.firstChild; // the label before the words for screen readers
  form.querySelector(".mk-copy-failed")?.remove();
  if (button.value === "show" && shown.textContent !== HIDDEN_VALUE) {
    shown.textContent = HIDDEN_VALUE;
    word.data = "表示";
    return;
  }
  let secret;
  try {
    secret = await fetchSecret(form);
  } catch {
    sayFailed(button, "取得できませんでした。ページを再読み込みしてください。");
    return;
  }
  if (button.value === "show") {
    shown.textContent = secret;
    word.data = "隠す";
    return;
  }
  try {
    await navigator.clipboard.writeText(secret);
    sayBriefly("コピーしました。");
  } catch {
    sayFailed(button, "コピーできませんでした。表示してから、文字を選択してコピーしてください。");
  }
}

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-secret]")) return;
  event.preventDefault();
  await useSecret(event.target, event.submitter);
  release(event.target);
});

document.addEventListener("click", (event) => {
  const copier = event.target.closest("[data-copy], [data-copy-text]");
  if (copier) copy(copier);
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("[data-closable]").remove();

  // A link that asks first opens the same question as a dialog on this page.
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("h2")?.focus();
  }
  const cancel = event.target.closest("dialog [data-cancel]");
  if (cancel) {
    event.preventDefault();
    cancel.closest("dialog").close();
  }
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* A pressed button says so and cannot be pressed twice. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) {
    button.dataset.label = button.textContent;
    button.textContent = button.dataset.busy;
  }
}, true);

function release(root) {
  // `elements` also has the buttons that stand outside of their form.
  for (const button of root.elements ?? root.querySelectorAll("button")) {
    if (button.getAttribute("aria-disabled") !== "true") continue;
    button.removeAttribute("aria-disabled");
    if (button.dataset.label) button.textContent = button.dataset.label;
  }
}

window.addEventListener("pageshow", () => release(document));
document.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr?.status ?? 0;
  const trouble = document.getElementById("connection-trouble");
  if (trouble) trouble.hidden = event.detail.successful || status === 422;
  // After a 422 the form may still be there, with an answer beside its button.
  if (!event.detail.successful || status === 422) release(event.target);
});

/* A part of the page that is being fetched says so. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.matches("[data-loads]")) event.detail.target.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute("aria-busy");
});

/* A list to choose from: the button says how many are chosen, one box ticks the whole page. */
function countChosen(form) {
  const boxes = [...form.querySelectorAll("[data-choice]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const everything = form.querySelector("[data-choose-everything]");
  const all = form.querySelector("[data-choose-page]");
  if (all) {
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const number = everything?.checked ? Number(everything.dataset.chooseEverything) : chosen;
  for (const button of form.querySelectorAll("[data-choose-label]")) {
    button.dataset.plainLabel ??= button.textContent;
    button.textContent = number
      ? button.dataset.chooseLabel.replace("{n}", number.toLocaleString("ja-JP"))
      : button.dataset.plainLabel;
  }
}

function offerToChoose(root) {
  for (const form of find(root, "[data-choosing]")) {
    form.querySelector("[data-choose-page]")?.closest("[hidden]")?.removeAttribute("hidden");
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-choose-page]")) {
        for (const box of form.querySelectorAll("[data-choice]")) box.checked = event.target.checked;
      }
      countChosen(form);
    });
    countChosen(form);
  }
}

/* Progress is spoken once a phase and once every quarter, not on every tick. */
function announce(root) {
  const region = document.getElementById("spoken-progress");
  const news = find(root, "[data-announce]")[0]?.dataset.announce;
  if (region && news && region.textContent !== news) region.textContent = news;
}

/* A list to choose from: how many are chosen, what goes along with them, and the button's number. */
function tellSelection(form) {
  const { unit, along } = form.dataset;
  const everyone = form.querySelector("[data-select-all]");
  const rows = [...form.querySelectorAll("[data-select-row]")];
  for (const row of rows) row.disabled = Boolean(everyone?.checked);
  const chosen = everyone?.checked ? [everyone] : rows.filter((row) => row.checked);
  const count = everyone?.checked ? Number(everyone.dataset.selectAll) : chosen.length;
  const weight = chosen.reduce((sum, box) => sum + Number(box.dataset.weight), 0);
  const number = count.toLocaleString("ja-JP") + unit;
  const told = form.querySelector("[data-selection-text]");
  if (!told) return; // nothing can be chosen
  told.textContent =
    `選択：${number}` + (along ? `・${along}${weight.toLocaleString("ja-JP")}件` : "");
  const button = form.querySelector("[data-selection-button]");
  button.dataset.words ??= button.textContent;
  button.textContent = count ? `${number}の削除に進む` : button.dataset.words;
  const offer = form.querySelector("[data-select-page]");
  const page = offer.querySelector("input");
  offer.hidden = rows.length === 0;
  page.disabled = Boolean(everyone?.checked);
  page.checked = rows.length > 0 && (everyone?.checked || rows.every((row) => row.checked));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-selection]");
  if (!form) return;
  if (event.target.closest("[data-select-page]")) {
    for (const row of form.querySelectorAll("[data-select-row]")) row.checked = event.target.checked;
  }
  if (event.target.matches("[data-select-all]")) {
    for (const row of form.querySelectorAll("[data-select-row]")) {
      if (event.target.checked) row.dataset.was = row.checked;
      row.checked = event.target.checked || row.dataset.was === "true";
    }
  }
  tellSelection(form);
});

function tellSelections(root) {
  for (const form of find(root, "[data-selection]")) tellSelection(form);
}

// A browser that comes back to the page brings the ticks back.
window.addEventListener("pageshow", () => tellSelections(document));

document.addEventListener("htmx:load", (event) => {
  const root = event.detail.elt;
  tellSelections(root);
  offerToShowPasswords(root);
  offerToClose(root);
  offerToCopy(root);
  offerToCopySecrets(root);
  offerToChoose(root);
  announce(root);
  if (root !== document.body) {
    focusErrors(root);
    titleErrors(root);
  }
});

focusErrors(document);
takeToasts();
