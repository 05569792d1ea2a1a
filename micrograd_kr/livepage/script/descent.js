/* Gradient descent by hand, and the loss as it falls. */
let history = [];
function descend(times) {
  const rate = Number($("rate").value);
  if (!(rate >= 0) || !isFinite(rate)) { $("rate").setAttribute("aria-invalid", "true"); return announce(say("not_a_number")); }
  $("rate").removeAttribute("aria-invalid");
  if (!trained.size) return announce(say("nothing_trained"));
  position = last;
  stepped = false;
  for (let i = 0; i < times; i++) {
    carry.set(grad);
    descents++;
    for (const k of trained) data[k] -= rate * grad[k];
    compute();
    history.push(data[root]);
  }
  if (history.length > 2000) history = history.slice(-2000);
  changed = true;
  schedule(() => announce(say("descended", { count: descents, before: show(history[0]), loss: show(data[root]), node: names[root] })));
}

function plot() {
  const finite = history.filter(isFinite), low = Math.min(...finite), high = Math.max(...finite), svg = $("curve");
  const spot = (y, i) => [8 + 284 * i / Math.max(1, history.length - 1), 82 - 68 * (high > low ? (y - low) / (high - low) : 0.5)];
  const points = history.map(spot).filter(([, y]) => isFinite(y));
  const end = points.at(-1);
  svg.replaceChildren(
    make("line", { class: "axis", x1: 8, y1: 90, x2: 292, y2: 90 }),
    make("polyline", { points: points.map(([x, y]) => x.toFixed(1) + "," + y.toFixed(1)).join(" ") }),
    ...(end ? [make("circle", { cx: end[0], cy: end[1], r: 4 })] : []));
  $("loss").textContent = `${names[root]} = ${show(data[root])}`;
  $("count").textContent = say("steps_taken", { count: descents });
  svg.setAttribute("aria-label", say("curve", { first: show(history[0]), last: show(history.at(-1)), count: descents }));
}
