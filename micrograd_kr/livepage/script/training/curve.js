/* The loss over the steps, of the examples to train on and to test on, with axes. */
import { make } from "../shared/elements.js";
import { show } from "../shared/numbers.js";
import { ticks } from "./plane.js";

/** @typedef {import("./trainer.js").Moment} Moment */

const WIDTH = 320, HEIGHT = 132, LEFT = 44, RIGHT = 14, TOP = 8, BOTTOM = 20;

/**
 * @param {SVGElement} svg
 * @param {Moment[]} history
 * @param {boolean} isLog
 */
export function paintCurve(svg, history, isLog) {
  const losses = history.flatMap(moment => [moment.train, moment.test]).filter(loss => Number.isFinite(loss) && (!isLog || loss > 0));
  const last = Math.max(1, history[history.length - 1]?.step ?? 1);
  let low = isLog ? Math.log10(Math.min(...losses)) : 0, high = Math.max(...losses);
  if (isLog) high = Math.log10(high);
  if (!losses.length) { low = isLog ? -1 : 0; high = low + 1; }
  else if (!(high > low)) { low = isLog ? low - 1 : 0; high = Math.max(high, low + 1); }
  if (isLog) { low -= (high - low) * 0.06; high += (high - low) * 0.06; } else high *= 1.06;
  const x = (/** @type {number} */ step) => LEFT + (WIDTH - LEFT - RIGHT) * step / last;
  const y = (/** @type {number} */ loss) => TOP + (HEIGHT - TOP - BOTTOM) * (high - (isLog ? Math.log10(loss) : loss)) / (high - low);
  const inside = [];
  const marks = isLog ? logTicks(low, high) : ticks({ low, high });
  for (const tick of marks) {
    const at = y(tick);
    if (at < TOP - 1 || at > HEIGHT - BOTTOM + 1) continue;
    inside.push(make("path", { class: "grid", d: `M${LEFT} ${at.toFixed(1)}H${WIDTH - RIGHT}` }), make("text", { x: LEFT - 5, y: (at + 4).toFixed(1), class: "tick up" }, show(tick)));
  }
  for (const tick of ticks({ low: 0, high: last })) {
    if (tick % 1 === 0) inside.push(make("text", { x: x(tick).toFixed(1), y: HEIGHT - 5, class: "tick" }, String(tick)));
  }
  inside.push(make("path", { class: "axis", d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}` }));
  /** @type {["test", "train"]} */
  const kinds = ["test", "train"];
  for (const kind of kinds) {
    let pen = "M";
    const path = [];
    for (const moment of thinned(history)) {
      const loss = moment[kind];
      if (!Number.isFinite(loss) || isLog && loss <= 0) { pen = "M"; continue; }
      path.push(`${pen}${x(moment.step).toFixed(1)} ${y(loss).toFixed(1)}`);
      pen = "L";
    }
    if (path.length) inside.push(make("path", { class: kind, d: path.length === 1 ? `${path[0]}h.1` : path.join("") }));
  }
  svg.replaceChildren(...inside);
}

/** At most 300 of the moments, first and last among them. @param {Moment[]} history */
function thinned(history) {
  const stride = Math.ceil(history.length / 300);
  return history.filter((_, i) => i % stride === 0 || i === history.length - 1);
}

/** @param {number} low @param {number} high powers of ten */
function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const k of high - low > 2 ? [1] : high - low > 0.8 ? [1, 3] : [1, 2, 3, 5, 7]) found.push(+(k * 10 ** power).toPrecision(3));
  }
  return found;
}
