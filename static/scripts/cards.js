"use strict";
/* A field whose error came or went while somebody typed says so to screen readers too. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "card-preview") return;
  for (const place of document.querySelectorAll("[id^='fit-']")) {
    const input = place.parentElement.querySelector("input");
    const error = place.querySelector("[id]");
    if (error) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", error.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
});
