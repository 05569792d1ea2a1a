/* Looking around: panning, zooming, opening modules, going from card to card. */
function move(x, y, k, still) {
  view.still = still;
  view.k = Math.max(0.05, Math.min(3, k));
  view.x = x;
  view.y = y;
  view.pan.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${view.k.toFixed(4)})`);
  schedule();
}

const smallest = () => innerWidth < 700 ? 0.6 : 0.45;
function fit(smallest = 0.05) {
  const { width, height } = room;
  const k = Math.max(smallest, Math.min((width - 32) / view.width, (height - 32) / view.height, 1.25));
  /* what does not fit begins at the output, where gradients begin */
  const x = view.width * k > width - 32 ? width - 16 - view.width * k : (width - view.width * k) / 2;
  const output = cardIn(view, root) ?? view.cards.at(-1), overflows = view.height * k > height;
  move(x, overflows && k === smallest ? height / 2 - (output.y + output.height / 2) * k : (height - view.height * k) / 2, k, true);
}

function zoom(by, cx = room.width / 2, cy = room.height / 2) {
  const k = Math.max(0.05, Math.min(3, view.k * by)), f = k / view.k;
  move(cx - (cx - view.x) * f, cy - (cy - view.y) * f, k);
}

function open(module) {
  view = viewOf.get(module);
  for (const other of views) other.svg.classList.toggle("shown", other === view);
  const trail = [];
  for (let m = module; m !== null && m !== undefined; m = graph.parents[m]) trail.unshift(m);
  $("trail").replaceChildren(...(views.length > 1 ? trail : []).map(m => {
    if (!viewOf.has(m)) return html("li", {}, html("span", {}, graph.titles[m]));
    const button = html("button", { type: "button" }, m ? graph.titles[m] : say("whole"));
    if (m === module) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => open(m));
    return html("li", {}, button);
  }));
  if (!view.k) fit(smallest());
  rove(view.cards.at(-1));
  listLeaves();
  changed = true;
  schedule();
}

/* bring node k, or the closed box that it is in, into sight: in this view, or in the next one around */
function reveal(k) {
  for (let m = view.module; !cardIn(view, k) && m; ) {
    do m = graph.parents[m]; while (!viewOf.has(m));
    open(m);
  }
  const card = cardIn(view, k);
  if (!card) return;
  const box = room, x = card.x * view.k + view.x, y = card.y * view.k + view.y, w = card.width * view.k, h = card.height * view.k;
  const dx = x < 8 ? 40 - x : x + w > box.width - 8 ? box.width - 40 - x - w : 0;
  const dy = y < 8 ? 40 - y : y + h > box.height - 8 ? box.height - 40 - y - h : 0;
  if (dx || dy) move(view.x + dx, view.y + dy, view.k);
}

/* one stop for the Tab key; arrows go to the nearest card in their direction */
function rove(card, focus) {
  if (!card) return;
  if (focused) focused.g.setAttribute("tabindex", "-1");
  focused = card;
  card.g.setAttribute("tabindex", "0");
  card.g.setAttribute("role", "button");
  label(card);
  if (focus) {
    if (card.value >= 0) reveal(card.value);
    card.g.focus({ preventScroll: true });
  }
}

function label(card) {
  card.g.setAttribute("aria-label", card.module >= 0 ? say("open_module", { module: graph.titles[card.module] })
    : say(isLeaf[card.node] ? "card_leaf" : "card", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) }));
}

function toward(dx, dy) {
  let best = null, least = Infinity;
  const cx = focused.x + focused.width / 2, cy = focused.y + focused.height / 2;
  for (const card of view.cards) {
    const x = card.x + card.width / 2 - cx, y = card.y + card.height / 2 - cy;
    const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 1 && along + 2.5 * across < least) { least = along + 2.5 * across; best = card; }
  }
  rove(best, true);
}

function press(card) {
  if (card.module >= 0 && !viewOf.has(card.module)) announce(say("not_drawn"));
  else if (card.module >= 0) { open(card.module); rove(view.cards[0], true); }
  else if (card.g.dataset.kind === "card stub") { reveal2(card.node); }
  else choose(card.node);
}
function reveal2(k) {
  const other = views.find(one => one.cardOf.has(k) && one.cardOf.get(k).g.dataset.kind !== "card stub");
  if (other) { open(other.module); rove(view.cardOf.get(k), true); choose(k); }
}
