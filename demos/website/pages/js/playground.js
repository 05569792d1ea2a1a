// The playground: an expression, its numbers, and its live page. The address holds the whole state.
import "./loading.js";
import { pageFrame, storedFrame } from "./frames.js";
import { inLanguage, language, say } from "./language.js";
import { ask, start, Stopped } from "./python.js";
import { columnsOf } from "./columns.js";

const element = (id) => document.getElementById(id);
const expression = element("expression");
const inputs = element("inputs");
const message = element("message");
const answer = element("answer");
const stage = element("stage");
const examples = JSON.parse(element("example-data").textContent);
const WAIT = 60; // milliseconds after a key press: typing fast asks once

let values = {}; // by name, as typed; kept while a name is not in the expression
let html = ""; // of the page that is shown, to be saved
let asked = 0;
let busy = false;
let last = null; // what Python answered last
let timer = 0;

// --- the address ----------------------------------------------------------------------------------------------------

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign that a person typed
  }
}

// #e=tanh(a*b)&v=a:2,b:-3; a plus sign is a plus sign.
function readAddress() {
  const parts = new Map();
  for (const part of location.hash.slice(1).split("&")) {
    const [key, ...rest] = part.split("=");
    if (!parts.has(key)) parts.set(key, rest.join("="));
  }
  if (!parts.has("e")) return false;
  expression.value = decoded(parts.get("e"));
  values = {};
  for (const pair of (parts.get("v") ?? "").split(",")) {
    const [name, number] = pair.split(":").map(decoded);
    if (name && number !== undefined) values[name] = number;
  }
  return true;
}

function address() {
  const code = (text) => encodeURIComponent(text).replace(/%20/g, " ").replace(/ /g, "%20");
  const numbers = [...inputs.querySelectorAll("input")].map(({ name, value }) => `${code(name)}:${code(value)}`);
  return `#e=${code(expression.value)}${numbers.length ? `&v=${numbers.join(",")}` : ""}`;
}

function writeAddress() {
  if (location.hash !== address()) history.replaceState(null, "", address());
}

// --- what is shown --------------------------------------------------------------------------------------------------

function showInputs(names) {
  const before = new Map([...inputs.querySelectorAll("label")].map((label) => [label.dataset.name, label]));
  const labels = names.map((name) => {
    const known = before.get(name);
    if (known) return known;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const title = document.createElement("span");
    label.dataset.name = title.textContent = input.name = name;
    input.type = "text";
    input.inputMode = "text";
    input.spellcheck = false;
    input.value = values[name] ?? "1";
    input.addEventListener("input", () => {
      values[name] = input.value;
      soon();
    });
    label.append(title, input);
    return label;
  });
  if (labels.length !== inputs.children.length || labels.some((label, index) => inputs.children[index] !== label)) {
    const focused = document.activeElement;
    inputs.replaceChildren(...labels);
    if (inputs.contains(focused)) focused.focus();
  }
}

function showMessage(text, wrong) {
  message.hidden = !text;
  message.replaceChildren(...columnsOf(text ?? ""));
  stage.classList.toggle("stale", Boolean(text));
  const inInput = [...inputs.querySelectorAll("input")].find(({ name }) => name === wrong);
  for (const input of [expression, ...inputs.querySelectorAll("input")])
    input.toggleAttribute("aria-invalid", Boolean(text) && input === (inInput ?? expression));
}

const short = (number) => (typeof number === "number" ? String(Number(number.toPrecision(6))) : number);

function showAnswer() {
  if (!last?.html) return;
  const part = (text, kind) => {
    const made = document.createElement(kind ? "span" : "b");
    made.className = kind ?? "";
    made.textContent = text;
    return made;
  };
  const gradients = Object.entries(last.gradients).map(([name, gradient]) => part(`${name} ${short(gradient)}`, "gradient"));
  if (gradients.length) gradients.unshift(part(say("gradient"), "gradient"));
  answer.replaceChildren(part(`${say("value")} ${short(last.value)}`), ...gradients);
}

// The new page stands behind the old one until it is drawn, so that nothing flickers.
function showPage(page) {
  html = page;
  element("save").disabled = false;
  for (const frame of stage.querySelectorAll(".coming")) frame.remove();
  const frame = pageFrame(
    page,
    say("live"),
    (made) => {
      made.className = "coming";
      stage.append(made);
    },
    () => settle(frame),
  );
}

function settle(frame) {
  for (const other of stage.querySelectorAll("iframe")) if (other !== frame) other.remove();
  frame.className = "";
  frame.id = "live";
}

// Before Python is there: the page of this very example as it was made when the website was built.
function showPrepared(example) {
  void storedFrame(`examples/${example.file}-${language()}.html`, say("live"), (frame) => {
    if (html) return; // Python was faster
    frame.id = "live";
    stage.replaceChildren(frame);
  }).catch(() => {}); // not there without a network: Python makes it
}

function exampleShown() {
  return examples.find(
    (example) =>
      example.expression === expression.value &&
      Object.entries(example.values).every(([name, number]) => Number(values[name]) === number),
  );
}

function showLesson() {
  const shown = examples.find((example) => example.expression === expression.value);
  element("lesson").textContent = shown ? shown.lesson[language()] : "";
  for (const button of element("examples").children)
    button.setAttribute("aria-pressed", String(examples[button.dataset.example] === shown));
}

// --- asking Python --------------------------------------------------------------------------------------------------

function soon() {
  clearTimeout(timer);
  timer = setTimeout(run, WAIT);
  showLesson();
}

async function run() {
  clearTimeout(timer);
  asked += 1;
  if (busy) return; // the one that is under way looks again when it is done
  busy = true;
  try {
    for (let answered = -1; answered !== asked; ) {
      answered = asked;
      const got = await ask("playground", { text: expression.value, values: { ...values }, lang: language() });
      last = got;
      if (got.names) showInputs(got.names);
      writeAddress();
      showMessage(got.message, got.wrong);
      if (got.html && answered === asked) {
        showPage(got.html);
        showAnswer();
      }
    }
  } catch (error) {
    if (!(error instanceof Stopped)) showMessage(`${error.message}`);
  } finally {
    busy = false;
  }
}

function open() {
  const example = exampleShown();
  if (example) showInputs(Object.keys(example.values));
  showLesson();
  if (example && document.documentElement.dataset.python !== "ready") showPrepared(example);
  void run();
}

function choose(example) {
  expression.value = example.expression;
  values = Object.fromEntries(Object.entries(example.values).map(([name, number]) => [name, String(number)]));
  inputs.replaceChildren();
  open();
}

expression.addEventListener("input", soon);
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
for (const button of element("examples").children)
  button.addEventListener("click", () => choose(examples[button.dataset.example]));
addEventListener("hashchange", () => {
  if (location.hash !== address() && readAddress()) {
    inputs.replaceChildren();
    open();
  }
});
element("share").addEventListener("click", async () => {
  writeAddress();
  let text = say("copied");
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    text = say("copy.failed");
  }
  const button = element("share");
  button.dataset.said = text;
  setTimeout(() => delete button.dataset.said, 2500);
});
element("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  link.download = "micrograd_kr.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

if (readAddress()) open();
else choose(examples[0]);
inLanguage(() => {
  showLesson();
  if (last || document.documentElement.dataset.python === "ready") void run();
  else if (exampleShown()) showPrepared(exampleShown());
});
void start();
