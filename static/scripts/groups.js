"use strict";
/* グループ: the nested lists become a tree (WAI-ARIA), the list of parents can be narrowed. */

const OPEN_KEY = "groups.open";

/* --- the tree: one row can be reached with Tab, the arrows go to the others --- */
const label = (item) => item.querySelector(":scope > .mk-branch .mk-name");
const list = (item) => item.querySelector(":scope > ul");
const parentOf = (item) => item.parentElement.closest("[role='treeitem']");
const isClosed = (item) => item.hasAttribute("data-closed");
const actsOf = (item) => item.querySelectorAll(":scope > .mk-branch :is(a, button:not(.mk-twist))");

function makeTree(tree) {
  tree.setAttribute("role", "tree");
  for (const item of tree.querySelectorAll("li")) {
    item.setAttribute("role", "treeitem");
    item.tabIndex = -1;
    label(item).id = `${item.id}-name`;
    const people = item.querySelector(":scope > .mk-branch > .mk-branch-people");
    people.id = `${item.id}-people`;
    item.setAttribute("aria-labelledby", `${label(item).id} ${people.id}`);
    for (const act of actsOf(item)) act.tabIndex = -1;
    if (!item.hasAttribute("data-branch")) continue;
    list(item).setAttribute("role", "group");
    const twist = document.createElement("span");
    twist.className = "mk-twist";
    twist.setAttribute("aria-hidden", "true"); // the row itself says whether it is open
    label(item).parentElement.prepend(twist);
    tell(item);
  }
}

function tell(item) {
  item.setAttribute("aria-expanded", String(!isClosed(item)));
}

function turn(item, open) {
  if (!item.hasAttribute("data-branch")) return;
  item.toggleAttribute("data-closed", !open);
  tell(item);
}

/* What the page was opened with is the server's word; what a person opened stays for the visit. */
function remember(tree) {
  const open = [...tree.querySelectorAll("[data-branch]:not([data-closed])")].map((item) => item.id);
  sessionStorage.setItem(OPEN_KEY, JSON.stringify(open));
}

function recall(tree) {
  let open;
  try {
    open = new Set(JSON.parse(sessionStorage.getItem(OPEN_KEY)));
  } catch {
    return;
  }
  if (!open.size) return;
  const asked = target(tree);
  for (const item of tree.querySelectorAll("[data-branch]")) {
    turn(item, open.has(item.id) || (asked && asked !== item && item.contains(asked)));
  }
}

const target = (tree) => {
  const item = location.hash && document.getElementById(location.hash.slice(1));
  return item && tree.contains(item) ? item : null;
};

function rest(tree, item) {
  const before = tree.querySelector("[role='treeitem'][tabindex='0']");
  if (before === item) return;
  for (const [one, index] of [[before, -1], [item, 0]]) {
    if (!one) continue;
    one.tabIndex = index;
    for (const act of actsOf(one)) act.tabIndex = index;
  }
}

function go(tree, item) {
  if (!item) return;
  rest(tree, item);
  item.focus({ preventScroll: true });
  item.querySelector(".mk-branch").scrollIntoView({ block: "nearest" });
}

function next(item) {
  const inside = !isClosed(item) && list(item)?.firstElementChild;
  if (inside) return inside;
  for (let one = item; one; one = parentOf(one)) {
    if (one.nextElementSibling) return one.nextElementSibling;
  }
  return null;
}

function lastIn(item) {
  while (!isClosed(item) && list(item)) item = list(item).lastElementChild;
  return item;
}

const previous = (item) =>
  item.previousElementSibling ? lastIn(item.previousElementSibling) : parentOf(item);

/* The next row that is shown and begins with what was typed. */
const typed = { text: "", at: 0 };

function startingWith(tree, item, key, now) {
  typed.text = now - typed.at < 700 ? typed.text + key : key;
  typed.at = now;
  const first = tree.firstElementChild;
  let one = typed.text.length > 1 ? item : (next(item) ?? first);
  for (const start = one; ;) {
    if (label(one).textContent.toLowerCase().startsWith(typed.text)) return one;
    one = next(one) ?? first;
    if (one === start) return null;
  }
}

function press(tree, item, event) {
  const branch = item.hasAttribute("data-branch");
  switch (event.key) {
    case "ArrowDown": return go(tree, next(item));
    case "ArrowUp": return go(tree, previous(item));
    case "Home": return go(tree, tree.firstElementChild);
    case "End": return go(tree, lastIn(tree.lastElementChild));
    case "ArrowRight":
      if (branch && isClosed(item)) { turn(item, true); remember(tree); return; }
      return branch ? go(tree, next(item)) : undefined;
    case "ArrowLeft":
      if (branch && !isClosed(item)) { turn(item, false); remember(tree); return; }
      return go(tree, parentOf(item));
    case "Enter": return label(item).querySelector("a").click();
    default: return go(tree, startingWith(tree, item, event.key.toLowerCase(), event.timeStamp));
  }
}

const KEYS = new Set(["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "Home", "End", "Enter"]);

function listen(tree) {
  tree.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const item = event.target.closest("[role='treeitem']");
    const onRow = event.target === item;
    // On a link of the row, Enter and letters are the link's.
    const letter = event.key.length === 1 && event.key !== " ";
    if (!(KEYS.has(event.key) || letter) || (!onRow && (event.key === "Enter" || letter))) return;
    event.preventDefault();
    press(tree, item, event);
  });
  tree.addEventListener("focusin", (event) => rest(tree, event.target.closest("[role='treeitem']")));
  tree.addEventListener("click", (event) => {
    const twist = event.target.closest(".mk-twist");
    if (!twist) return;
    const item = twist.closest("[role='treeitem']");
    turn(item, isClosed(item));
    go(tree, item);
    remember(tree);
  });
}

function offerAll(tree) {
  if (!tree.querySelector("[data-branch]")) return;
  for (const [selector, open] of [["[data-tree-open]", true], ["[data-tree-close]", false]]) {
    const button = document.querySelector(selector);
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const item of tree.querySelectorAll("[data-branch]")) turn(item, open);
      const here = tree.querySelector("[role='treeitem'][tabindex='0']");
      if (!here.checkVisibility()) rest(tree, tree.firstElementChild);
      remember(tree);
    });
  }
}

for (const tree of document.querySelectorAll("[data-tree]")) {
  makeTree(tree);
  if (!new URLSearchParams(location.search).get("q")) recall(tree);
  rest(tree, tree.firstElementChild);
  listen(tree);
  offerAll(tree);
  go(tree, target(tree));
}

/* --- a long list of parents --- */
for (const picker of document.querySelectorAll("[data-picker]")) {
  const filter = picker.querySelector("[data-picker-filter]");
  const select = picker.querySelector("select");
  const told = picker.querySelector("[data-picker-count]");
  const options = [...select.options];
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  filter.hidden = told.hidden = false;
  filter.addEventListener("input", () => {
    const wanted = plain(filter.value.trim());
    const chosen = select.selectedOptions[0];
    const found = options.filter((one) => plain(one.text).includes(wanted));
    // What is chosen stays in the list: it must be seen.
    select.replaceChildren(...options.filter((one) => one === chosen || found.includes(one)));
    told.textContent = wanted ? `該当${found.length.toLocaleString("ja-JP")}件` : "";
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") select.focus();
    if (event.key === "Enter") event.preventDefault(); // it narrows, it does not send the form
  });
  select.selectedOptions[0]?.scrollIntoView({ block: "nearest" });
}
