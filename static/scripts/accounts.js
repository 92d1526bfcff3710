"use strict";
/* 印刷: the button shows itself only where it can do something. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
