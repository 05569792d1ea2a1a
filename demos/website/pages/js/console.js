// The console: one entry after the other, with history and completion; Hangul is typed as anywhere.
import "./loading.js";
import { language, say } from "./language.js";
import { ask, start, stop, Stopped } from "./python.js";
import { append } from "./shown.js";

const element = (id) => document.getElementById(id);
const [input, output, prompt, words] = ["input", "output", "prompt", "words"].map(element);
const history = [];
let place = 0; // in the history
let kept = ""; // what was being typed before going back in it
let running = false;

function grow() {
  input.rows = input.value.split("\n").length;
  prompt.textContent = input.value.includes("\n") ? "..." : ">>>";
}

function put(text) {
  input.value = text;
  input.selectionStart = input.selectionEnd = text.length;
  grow();
}

function setRunning(state) {
  running = state;
  element("stop").hidden = !state;
  element("enter").hidden = state;
  output.setAttribute("aria-busy", String(state));
}

const scroll = () => input.scrollIntoView({ block: "nearest" });

async function enter() {
  const source = input.value;
  if (running) return;
  words.hidden = true;
  if (!source.trim()) {
    put("");
    return;
  }
  setRunning(true);
  const entry = document.createElement("div");
  entry.className = "entry";
  const typed = document.createElement("pre");
  typed.className = "typed";
  typed.textContent = source.replace(/\n+$/, "").split("\n").map((line, index) => `${index ? "..." : ">>>"} ${line}`).join("\n");
  entry.append(typed);
  output.append(entry);
  try {
    const shown = (what) => {
      append(entry, what);
      scroll();
    };
    const waiting = input.value;
    input.value = "";
    grow();
    const answer = await ask("console", { source, lang: language() }, shown);
    if (answer.more) {
      entry.remove();
      put(`${waiting}\n${/:\s*$/.test(waiting) ? indent(waiting) + "    " : indent(waiting)}`);
    } else {
      if (answer.leaving) shown({ kind: "text", text: say("leaving") });
      remember(source.replace(/\n+$/, ""));
    }
  } catch (error) {
    append(entry, { kind: "error", text: error instanceof Stopped ? say("stopped") : error.message });
    remember(source);
  } finally {
    setRunning(false);
    input.focus();
    scroll();
  }
}

const indent = (text) => /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n") + 1))[0];

function remember(source) {
  if (history.at(-1) !== source) history.push(source);
  place = history.length;
}

function recall(step) {
  if (place + step < 0 || place + step > history.length) return;
  if (place === history.length) kept = input.value;
  place += step;
  put(place === history.length ? kept : history[place]);
}

async function complete() {
  const before = input.value.slice(0, input.selectionStart);
  if (!before.trim() || before.endsWith("\n")) {
    input.setRangeText("    ", input.selectionStart, input.selectionEnd, "end");
    return;
  }
  const { start: from, words: found } = await ask("complete", { text: before });
  const head = [...before].slice(0, from).join("");
  const common = found.reduce((shared, word) => {
    while (!word.startsWith(shared)) shared = shared.slice(0, -1);
    return shared;
  }, found[0] ?? "");
  const set = (word) => {
    input.setRangeText(word, head.length, before.length, "end");
    input.focus();
    grow();
  };
  if (common.length > before.length - head.length) set(common);
  words.hidden = found.length < 2;
  words.replaceChildren(
    ...found.map((word) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("role", "option");
      button.textContent = word;
      button.addEventListener("click", () => {
        input.setRangeText(word, head.length, input.selectionStart, "end");
        words.hidden = true;
        input.focus();
      });
      return button;
    }),
  );
}

input.addEventListener("input", () => {
  words.hidden = true;
  grow();
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return; // a syllable is being put together
  const oneLine = !input.value.includes("\n");
  if (event.key === "Enter" && !event.shiftKey) void enter();
  else if (event.key === "ArrowUp" && (oneLine || input.selectionStart === 0)) recall(-1);
  else if (event.key === "ArrowDown" && (oneLine || input.selectionStart === input.value.length)) recall(1);
  else if (event.key === "Tab" && !event.shiftKey && input.value) void complete();
  else if (event.key === "c" && event.ctrlKey && running && input.selectionStart === input.selectionEnd) void stop();
  else if (event.key === "Escape") words.hidden = true;
  else return;
  event.preventDefault();
});
element("enter").addEventListener("click", enter);
element("stop").addEventListener("click", () => void stop());
for (const button of element("try").children)
  button.addEventListener("click", () => {
    put(button.dataset.code);
    void enter();
  });
document.querySelector(".terminal").addEventListener("click", (event) => {
  if (!getSelection().toString() && event.target === event.currentTarget) input.focus();
});

// A link may bring code along, as console.html#c=draw(Value(2)*3): it waits in the field until it is entered.
function readAddress() {
  if (!location.hash.startsWith("#c=")) return;
  try {
    put(decodeURIComponent(location.hash.slice(3)));
  } catch {
    // not an address that anybody would send
  }
}
addEventListener("hashchange", readAddress);
readAddress();
void start();
