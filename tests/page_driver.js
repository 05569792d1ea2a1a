/* Drives a graph page by its own controls, and reads everything that it shows after each action.
   Run by tests/test_livepage_states.py as the body of a function of the actions and a callback. */
const [actions, done] = arguments, $ = id => document.getElementById(id), seen = [];
const all = (css, inside = document) => [...inside.querySelectorAll(css)];
const event = (element, name) => element.dispatchEvent(new Event(name, { bubbles: true }));
const field = name => all("#leaves .leaf").find(row => row.querySelector(".name").title === name);
const act = {
  click: id => $(id).click(),
  position: to => { $("position").value = to; event($("position"), "input"); },
  engine: name => { $("engine").value = name; event($("engine"), "change"); },
  change: (name, text) => { const entry = field(name).querySelector("input[type=text]"); entry.value = text; event(entry, "change"); },
  reset: name => field(name).querySelector(".reset").click(),
  train: name => field(name).querySelector("[type=checkbox]").click(),
  choose: name => field(name).querySelector(".name").click(),
  rate: text => { $("rate").value = text; event($("rate"), "change"); },
  speak: code => document.querySelector(`[data-lang=${code}]`).click(),
  key: key => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ctrlKey: key === "z" })),
};
const text = element => element.textContent, shown = element => element.checkVisibility();
function look() {
  const view = document.querySelector(".view.shown"), canvas = $("canvas").getBoundingClientRect();
  const scale = new DOMMatrix(getComputedStyle(view.querySelector(".pan")).transform).a || +/scale\(([\d.]+)/.exec(view.querySelector(".pan").getAttribute("transform"))[1];
  const now = view.querySelector(".card.now"), box = now?.getBoundingClientRect();
  return {
    cards: Object.fromEntries(all(".card[data-n]:has(.data)", view).map(g => [g.dataset.n, [text(g.querySelector(".data")), text(g.querySelector(".grad"))]])),
    boxes: all(".card[data-out]", view).map(g => [+g.dataset.out, text(g.querySelector(".data")), text(g.querySelector(".grad"))]),
    wrong: all(".card.wrong[data-n]", view).map(g => +g.dataset.n), first: all(".card.first[data-n]", view).map(g => +g.dataset.n),
    keys: [...new Set(all(".key[data-w=data]", view).map(text))],
    now: now ? [+(now.dataset.n ?? -1), now.classList.contains("back"), box.left >= canvas.left - 1 && box.right <= canvas.right + 1] : null,
    smallest: Math.min(...all(".card text, .chips text, .frame text", view).filter(shown).map(t => parseFloat(getComputedStyle(t).fontSize) * scale)),
    chips: all(".chips text", view).length ? all(".chips g", view).map(text) : [],
    caption: text($("caption")), heading: text(document.querySelector("h1")), lang: document.documentElement.lang,
    where: text($("where")), last: +$("position").max, at: +$("position").value, said: $("position").getAttribute("aria-valuetext"),
    disabled: ["first", "back", "next", "last", "undo"].filter(id => $(id).disabled), play: $("play").getAttribute("aria-label"),
    leaves: all("#leaves .leaf").map(row => [row.querySelector(".name").title, row.querySelector("input[type=text]").value, row.querySelector("[type=range]").getAttribute("aria-valuetext"),
      row.querySelector("input[type=text]").getAttribute("aria-label"), row.querySelector("input[type=text]").hasAttribute("aria-invalid"), row.querySelector(".reset").disabled, row.querySelector("[type=checkbox]")?.checked ?? null]),
    touched: [$("touched").querySelector(".name").title, $("touched").querySelector("input[type=text]").value, $("nudge").title],
    formula: text($("formula")), runs: all("#code .runs").map(text), bug: all("#code .bug").map(text),
    detail: shown($("detail")) ? [...all("#detail > h2, #detail > .formula, #detail td, #detail th[scope=row], .why > h3, .why > p", $("detail").parentElement).map(text), ...all(".why li").map(li => all(".path span", li).map(text).join(": ") || text(li))] : null,
    descent: shown($("descent")) ? [text($("loss")), text($("count")), $("curve").getAttribute("aria-label"), $("curve").querySelector("polyline").points.length, text($("verdict")), $("rate").hasAttribute("aria-invalid")] : null,
    engine: [$("engine").value, text($("about")), $("compared").hidden, $("parts").hidden, shown($("toparting")) ? text($("toparting")) : ""],
    compared: $("compared").hidden ? [] : all("#compared tbody tr").map(row => [...row.children].map(text).concat(row.classList.contains("wrong"))),
    stop: all(".card[tabindex='0']").map(g => [+(g.dataset.n ?? -1), g.getAttribute("aria-label")]),
  };
}
(async () => {
  for (const [kind, ...args] of actions) {
    const possible = !["change", "reset", "train", "choose"].includes(kind) || field(args[0]) !== undefined;
    if (possible) act[kind](...args);
    await new Promise(requestAnimationFrame);
    seen.push({ possible, ...look() });
  }
  done(seen);
})().catch(error => done(String(error.stack)));
