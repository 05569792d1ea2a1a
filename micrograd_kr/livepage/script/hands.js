/* Hands: pointers, keys, buttons, the language, and the start of it all. */
let drag = null;
const touches = new Map();
canvas.addEventListener("pointerdown", event => {
  if (event.button) return;
  const card = event.target.closest?.(".card")?.card;
  touches.set(event.pointerId, event);
  canvas.setPointerCapture(event.pointerId);
  if (touches.size === 2) {
    const [a, b] = [...touches.values()];
    drag = { pinch: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), k: view.k };
    return;
  }
  const k = card && card.node >= 0 && isLeaf[card.node] && card.g.dataset.kind !== "card stub" ? card.node : -1;
  drag = { card, k, x: event.clientX, y: event.clientY, from: k >= 0 ? data[k] : 0, vx: view.x, vy: view.y, moved: false };
});
canvas.addEventListener("pointermove", event => {
  if (!drag) return;
  touches.set(event.pointerId, event);
  if (drag.pinch) {
    const [a, b] = [...touches.values()], box = canvas.getBoundingClientRect();
    if (b) zoom(drag.k * Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) / drag.pinch / view.k, (a.clientX + b.clientX) / 2 - box.x, (a.clientY + b.clientY) / 2 - box.y);
    return;
  }
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  drag.moved = true;
  if (drag.k >= 0) { canvas.classList.add("pulling"); change(drag.k, tidy(drag.from + dx * stride(drag.k) / 4)); }
  else move(drag.vx + dx, drag.vy + dy, view.k);
});
const drop = event => {
  touches.delete(event.pointerId);
  canvas.classList.remove("pulling");
  if (drag && !drag.pinch && !drag.moved && event.type === "pointerup" && drag.card) { rove(drag.card, true); press(drag.card); }
  if (!touches.size) drag = null;
};
canvas.addEventListener("pointerup", drop);
canvas.addEventListener("pointercancel", drop);
canvas.addEventListener("wheel", event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 300), event.clientX - box.x, event.clientY - box.y);
}, { passive: false });
canvas.addEventListener("keydown", event => {
  const card = event.target.card;
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const by = { "+": 1, "=": 1, "-": -1, "_": -1 }[event.key];
  if (way) toward(...way);
  else if (event.key === "Enter" || event.key === " ") press(card);
  else if (by && card.node >= 0 && isLeaf[card.node]) {
    change(card.node, tidy(data[card.node] + by * stride(card.node)));
    schedule(() => { rove(card); announce(say("card_leaf", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) })); });
  } else if (event.key === "Escape" && graph.parents[view.module] !== null) {
    let m = graph.parents[view.module];
    while (!viewOf.has(m)) m = graph.parents[m];
    open(m);
    rove(view.cards.at(-1), true);
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, .scroll") || event.key === " " && event.target.closest("button")) return;
  const to = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: last }[event.key];
  if (to !== undefined) { play(false); go(to); }
  else if (event.key === " ") play();
  else return;
  event.preventDefault();
});

const icon = name => {
  const svg = make("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
  svg.append(make("path", { d: graph.icons[name] }));
  return svg;
};
const onClick = (id, action) => $(id).addEventListener("click", action);
onClick("first", () => { play(false); go(0); });
onClick("back", () => { play(false); go(position - 1); });
onClick("play", () => play());
onClick("next", () => { play(false); go(position + 1); });
onClick("last", () => { play(false); go(last); });
onClick("closer", () => zoom(1.25));
onClick("farther", () => zoom(0.8));
onClick("fit", () => fit());
onClick("descend", () => descend(1));
onClick("descend10", () => descend(10));
onClick("reset", () => {
  data.set(initial);
  stepped = false;
  carry.fill(0);
  descents = 0;
  history = [];
  changed = true;
  schedule(caption);
});
onClick("wide", () => { wide = !wide; $("wide").setAttribute("aria-pressed", String(wide)); schedule(); });
onClick("close", () => choose(chosen));
$("position").max = last;
$("position").addEventListener("input", () => { play(false); go(+$("position").value); });
$("engine").addEventListener("change", () => setEngine($("engine").value));
for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));

function speak(code) {
  lang = code;
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w, element.dataset);
  for (const element of document.querySelectorAll("[data-l]")) {
    element.setAttribute("aria-label", say(element.dataset.l));
    if (element.title) element.title = say(element.dataset.l);
  }
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  open(view.module);
  describe();
  $("about").textContent = say("about_" + engine);
  play(!!playing);
  schedule(caption);
}

new ResizeObserver(() => { room = canvas.getBoundingClientRect(); if (view.still) fit(smallest()); else schedule(); }).observe(canvas);
addEventListener("beforeprint", () => { room = canvas.getBoundingClientRect(); fit(); frame(); });
$("descent").hidden = !parameters.size;
document.documentElement.classList.add("alive");
compute();
history = [data[root]];
speak(lang);
