"use strict";
/* 社員: everything works without this file. It narrows long lists of groups, shows the square that
   will be cut out of an image, and prints. */

/* A box above a list of groups that leaves only those whose path holds what is typed. */
const FEW_GROUPS = 15;

function offerToNarrow(field) {
  const select = field.querySelector("select");
  const options = [...select.options];
  if (options.length < FEW_GROUPS) return;
  const box = document.createElement("input");
  box.type = "search";
  box.className = "form-control mk-narrow-groups";
  box.autocomplete = "off";
  box.placeholder = "グループ名で絞り込み";
  box.setAttribute("aria-label", "グループ名で絞り込み");
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (option) => words.every((word) => option.text.toLowerCase().includes(word));
    // What is chosen stays, so that typing alone changes nothing.
    select.replaceChildren(...options.filter((one) => !one.value || one.selected || holds(one)));
  });
  // Enter in it looks for groups; it sends no form.
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  select.before(box);
}

/* The square as the server will cut it: places and side as shares of the image as it is shown. */
const LEAST_SIDE = 0.1;
const MOST_BYTES = 10 * 1024 * 1024;

function offerToCrop(field) {
  const file = field.querySelector("input[type=file]");
  const part = field.querySelector(".mk-crop");
  const failed = field.querySelector(".mk-crop-failed");
  const canvas = part.querySelector("canvas");
  const ranges = Object.fromEntries(
    [...part.querySelectorAll("[data-crop]")].map((range) => [range.dataset.crop, range]),
  );
  const hidden = (name) => field.querySelector(`[name=crop_${name}]`);
  let picture = null;

  function place() {
    const side = Math.max(LEAST_SIDE, 1 - Number(ranges.side.value) / 100);
    const length = Math.min(picture.width, picture.height) * side;
    const left = (picture.width - length) * (Number(ranges.across.value) / 100);
    const top = (picture.height - length) * (Number(ranges.down.value) / 100);
    return { side, length, left, top };
  }

  function draw() {
    const { side, length, left, top } = place();
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white"; // as the server puts it under what is transparent
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, left, top, length, length, 0, 0, canvas.width, canvas.height);
    hidden("across").value = ((left + length / 2) / picture.width).toFixed(4);
    hidden("down").value = ((top + length / 2) / picture.height).toFixed(4);
    hidden("side").value = side.toFixed(4);
  }

  function forget() {
    picture?.close();
    picture = null;
    part.hidden = true;
    failed.hidden = true;
    for (const name of ["across", "down", "side"]) hidden(name).value = "";
  }

  /* Said at once; the server has the last word. */
  function fail(words) {
    failed.querySelector("span").textContent = words;
    failed.hidden = false;
  }

  file.addEventListener("change", async () => {
    forget();
    if (!file.files.length) return;
    if (file.files[0].size > MOST_BYTES) {
      fail("ファイルが10MBを超えています。10MB以下の画像を選択してください。");
      file.value = ""; // nobody waits for a file that is refused
      return;
    }
    try {
      picture = await createImageBitmap(file.files[0]);
    } catch {
      fail("この画像は表示できませんでした。PNG・JPEG・WebPの画像を選択してください。");
      return;
    }
    ranges.across.value = ranges.down.value = 50;
    ranges.side.value = 0;
    part.hidden = false;
    draw();
  });
  part.addEventListener("input", () => picture && draw());

  /* With a pointer the image itself is moved. */
  canvas.addEventListener("pointermove", (event) => {
    if (!picture || !event.buttons) return;
    const { length } = place();
    const scale = length / canvas.clientWidth;
    for (const [name, moved, free] of [
      ["across", event.movementX, picture.width - length],
      ["down", event.movementY, picture.height - length],
    ]) {
      if (free > 0) ranges[name].value = Number(ranges[name].value) - (moved * scale * 100) / free;
    }
    draw();
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
}

for (const field of document.querySelectorAll("[data-narrows-groups]")) offerToNarrow(field);
for (const field of document.querySelectorAll("[data-crops]")) offerToCrop(field);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
