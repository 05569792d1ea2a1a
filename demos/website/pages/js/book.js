// A chapter: its cells can be edited, run and stopped. A cell runs after all those above it that have not run yet.
import "./loading.js";
import { inLanguage, language, say } from "./language.js";
import { storedFrame } from "./frames.js";
import { ask, stop, Stopped } from "./python.js";
import { append } from "./shown.js";

const { name: chapter } = JSON.parse(document.getElementById("chapter").textContent);
let done = new Map(); // the cells that have run since the chapter was opened, with what was run
let opened = null; // the language in which the chapter is open in Python
let busy = null;

function cells() {
  return [...document.querySelectorAll(`[data-cells="${language()}"] .cell`)];
}

function textOf(cell) {
  return cell.querySelector("textarea")?.value ?? "";
}

function grow(editor) {
  editor.rows = editor.value.split("\n").length;
}

async function run(target) {
  if (busy) return;
  busy = target;
  mark();
  let current = target;
  try {
    if (opened !== language()) {
      await ask("open_chapter", { chapter, lang: language() });
      opened = language();
      done = new Map();
    }
    for (const cell of cells()) {
      if (cell.dataset.kind === "stored") continue;
      current = cell;
      if (cell !== target && cell.dataset.asked !== undefined) continue; // the code of a question waits to be asked
      if (cell !== target && done.get(cell.dataset.number) === textOf(cell)) continue;
      await runOne(cell, target);
      if (cell === target) break;
      if (cell.dataset.state === "failed") break;
    }
  } catch (error) {
    if (error instanceof Stopped) note(current, say("stopped"));
    else note(current, error.message);
    current.dataset.state = "failed";
  } finally {
    busy = null;
    mark();
  }
}

async function runOne(cell, target) {
  const number = Number(cell.dataset.number);
  const source = textOf(cell);
  const output = cell.querySelector(".output");
  cell.dataset.state = "running";
  note(cell, cell === target ? say("running") : say("before", { number }));
  const slow = setTimeout(() => note(cell, say("slow")), 8000);
  let fresh = true; // the stored output stays until there is something new
  const shown = (what) => {
    if (fresh) output.replaceChildren();
    fresh = false;
    append(output, what);
  };
  try {
    const answer = await ask("cell", { chapter, number, source, lang: language() }, shown);
    if (fresh) output.replaceChildren();
    cell.dataset.state = answer.failed ? "failed" : "done";
    note(cell, say("seconds", { seconds: answer.seconds.toFixed(answer.seconds < 10 ? 2 : 0) }));
    if (!answer.failed) done.set(cell.dataset.number, source);
  } finally {
    clearTimeout(slow);
  }
}

function note(cell, text) {
  cell.querySelector(".note").textContent = text;
}

function mark() {
  for (const cell of document.querySelectorAll(".cell[data-kind=live]")) {
    cell.querySelector(".run").hidden = Boolean(busy);
    cell.querySelector(".stop").hidden = busy !== cell;
  }
}

async function stopAll() {
  opened = null;
  await stop();
}

for (const cell of document.querySelectorAll(".cell[data-kind=live]")) {
  const editor = cell.querySelector("textarea");
  const original = editor.value;
  let leaving = false; // after Escape, Tab goes on to the next button as everywhere else
  grow(editor);
  editor.addEventListener("input", () => {
    grow(editor);
    cell.querySelector(".reset").hidden = editor.value === original;
  });
  editor.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const tab = event.key === "Tab" && !event.shiftKey && !leaving;
    leaving = event.key === "Escape";
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) void run(cell);
    else if (tab) editor.setRangeText("    ", editor.selectionStart, editor.selectionEnd, "end");
    else return;
    event.preventDefault();
  });
  cell.querySelector(".run").addEventListener("click", () => void run(cell));
  cell.querySelector(".stop").addEventListener("click", () => void stopAll());
  cell.querySelector(".reset").addEventListener("click", () => {
    editor.value = original;
    editor.dispatchEvent(new Event("input"));
  });
}

// The live pages that were made with the website get their frames when the reader comes near.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const { page, height } = target.dataset;
      void storedFrame(new URL(page, location).href, target.textContent, (frame) => {
        if (height) frame.height = height;
        target.prepend(frame);
      });
    }
  },
  { rootMargin: "600px" },
);
for (const place of document.querySelectorAll("figure[data-page]")) near.observe(place);

inLanguage(() => {
  for (const editor of document.querySelectorAll(`[data-cells="${language()}"] textarea`)) grow(editor);
});
