// What a reader can do in the bound book: search, switch to dark, check an answer, look up a term.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, text = "", name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });

// --- dark and light

const root = document.documentElement;
const remembered = {
  get: () => { try { return localStorage.getItem("micrograd_kr.theme"); } catch { return null; } },
  set: (theme) => { try { localStorage.setItem("micrograd_kr.theme", theme); } catch { /* a file may not keep anything */ } },
};
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
if (remembered.get()) root.dataset.theme = remembered.get();
const theme = document.querySelector(".theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  remembered.set(root.dataset.theme);
});

// --- contents: open where there is room for them

const contents = document.querySelector(".contents details");
if (!matchMedia("(min-width: 78rem)").matches) contents.open = false;

// --- search

const search = document.querySelector(".search"), found = search.querySelector(".found");
const field = search.querySelector("input");
const index = document.getElementById("index");
let entries = index && JSON.parse(index.textContent);

function fromDocument() {
  const headings = all("main h1[id], main h2[id]");
  return headings.map((heading) => {
    const chapter = heading.closest(".chapter"), title = chapter?.querySelector("h1")?.textContent ?? "";
    let text = "";
    for (let next = heading.nextElementSibling; next && !/^H[12]$/.test(next.tagName); next = next.nextElementSibling)
      if (!next.matches("details, nav")) text += ` ${next.textContent}`;
    return [`#${heading.id}`, title, heading.textContent, text.replace(/\s+/g, " ")];
  });
}

function excerpt(text, wanted) {
  const place = Math.max(0, text.toLowerCase().indexOf(wanted[0]));
  const piece = text.slice(Math.max(0, place - 30), place + 70), small = make("small");
  let rest = (place > 30 ? "…" : "") + piece;
  for (;;) {
    const at = rest.toLowerCase().indexOf(wanted[0]);
    if (at < 0) break;
    small.append(rest.slice(0, at), make("mark", rest.slice(at, at + wanted[0].length)));
    rest = rest.slice(at + wanted[0].length);
  }
  small.append(rest);
  return small;
}

function look() {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  entries ??= fromDocument();
  found.replaceChildren();
  found.hidden = !wanted.length;
  if (!wanted.length) return;
  const score = ([, , heading, text]) =>
    wanted.every((word) => `${heading} ${text}`.toLowerCase().includes(word)) * (heading.toLowerCase().includes(wanted[0]) ? 2 : 1);
  const hits = entries.map((entry) => [score(entry), entry]).filter(([points]) => points).sort((a, b) => b[0] - a[0]);
  for (const [, [href, title, heading, text]] of hits.slice(0, 12)) {
    const item = make("li"), link = make("a", title === heading ? title : `${title} · ${heading}`);
    link.href = href;
    item.append(link, excerpt(text, wanted));
    found.append(item);
  }
  if (!hits.length) found.append(make("li", words.nothing_found));
}
search.hidden = false;
field.addEventListener("input", look);
search.addEventListener("submit", (event) => { event.preventDefault(); found.querySelector("a")?.click(); });
found.addEventListener("click", (event) => { if (event.target.closest("a")) found.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { found.hidden = true; hideTip(); }
  if (event.key === "/" && !event.target.closest("input, textarea")) { event.preventDefault(); field.focus(); }
});
document.addEventListener("click", (event) => { if (!event.target.closest(".search")) found.hidden = true; });

// --- questions that check themselves

const tidy = (text) => text.trim().split("\n").map((line) => line.trim().replace(/\s+/g, " ")).join("\n");

function isRight(given, answer) {
  if (tidy(given) === tidy(answer)) return true;
  const a = Number(given.trim().replace(",", ".")), b = Number(answer);
  return given.trim() !== "" && Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
}

for (const question of all(".question")) {
  const verdict = question.querySelector(".verdict"), answer = question.dataset.answer;
  const say = (right) => {
    verdict.hidden = false;
    verdict.className = `verdict ${right ? "yes" : "no"}`;
    verdict.textContent = right ? words.right : words.not_yet;
  };
  for (const choice of all("input[type=radio]", question))
    choice.addEventListener("change", () => say(choice.value === answer));
  const row = question.querySelector(".try");
  if (!row) continue;
  const given = row.querySelector("input, textarea");
  row.hidden = false;
  row.querySelector("button").addEventListener("click", () => say(isRight(given.value, answer)));
  given.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && given.tagName === "INPUT") say(isRight(given.value, answer));
  });
}

// --- terms: the explanation, where the reader meets them

const tip = make("div", "", "tip");
tip.setAttribute("role", "tooltip");
tip.id = "tip";
function hideTip() { tip.remove(); }
function showTip(term) {
  const link = make("a", words.to_glossary);
  link.href = term.getAttribute("href");
  tip.replaceChildren(make("span", term.dataset.explanation), link);
  document.body.append(tip);
  const box = term.getBoundingClientRect(), width = document.documentElement.clientWidth;
  tip.style.left = `${Math.max(8, Math.min(box.left, width - tip.offsetWidth - 8)) + scrollX}px`;
  tip.style.top = `${box.bottom + 6 + scrollY}px`;
}
for (const term of all(".term")) {
  term.setAttribute("aria-describedby", "tip");
  term.addEventListener("mouseenter", () => showTip(term));
  term.addEventListener("focus", () => showTip(term));
  term.addEventListener("click", (event) => { event.preventDefault(); showTip(term); });
}
document.addEventListener("click", (event) => { if (!event.target.closest(".term, .tip")) hideTip(); });

// --- pages in frames say how high they are

addEventListener("message", (event) => {
  const frame = all("iframe").find((each) => each.contentWindow === event.source);
  const height = event.data?.height;
  if (frame && Number.isFinite(height) && height > 0 && height < 5000) frame.style.height = `${Math.ceil(height)}px`;
});
