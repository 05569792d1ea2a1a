/* Numbers as text, and text as numbers. */

/**
 * What micrograd_kr.graph.format_number writes: Python's format(x, ".5g"), and ".0f" from 1e5 to 1e10; half to even,
 * unlike JavaScript.
 * @param {number} x
 * @returns {string}
 */
export function show(x) {
  if (x !== x) return "nan";
  const size = Math.abs(x), sign = x < 0 ? "-" : "";
  if (size === Infinity) return sign + "inf";
  if (size >= 1e5 && size < 1e10) {
    const near = Math.round(size);
    return sign + (near - size === 0.5 && near % 2 ? near - 1 : near);
  }
  let text = size.toExponential(4);
  if (size.toExponential(16).slice(6, 18) === "500000000000") {
    const exact = size.toExponential(60);
    if (/^50*e/.test(exact.slice(6)) && +exact[5] % 2 === 0) text = exact.slice(0, 6) + exact.slice(exact.indexOf("e"));
  }
  const [digits, power] = text.split("e"), e = +power;
  text = e < -4 || e > 4 ? digits : Number(text).toFixed(4 - e);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (text === "0") return "0";
  return sign + text + (e < -4 || e > 4 ? "e" + (e < 0 ? "-" : "+") + String(Math.abs(e)).padStart(2, "0") : "");
}

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/**
 * A number as people write one: 0.5, −3, 1/3, 1,000, 50%, 3 × 10^-2, ＋１２, inf, nan. undefined if it is none.
 * @param {string} text
 * @returns {number | undefined}
 */
export function read(text) {
  let plain = text.normalize("NFKC").replace(/[\u2010-\u2015\u2212\ufe63]/g, "-").replace(/[\u2044\u2215\u00f7]/g, "/");
  plain = plain.replace(/\s+/g, "").replace(/[\u00d7*]10(?:\^|\*\*)/, "e");
  const parts = plain.split("/");
  if (parts.length === 2) {
    const [x, y] = parts.map(readPlain);
    return x === undefined || y === undefined ? undefined : x / y;
  }
  return parts.length === 1 ? readPlain(plain) : undefined;
}

/** @param {string} text */
function readPlain(text) {
  if (/^[-+]?(inf|infinity|∞)$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const percent = text.endsWith("%"), digits = percent ? text.slice(0, -1) : text;
  const joined = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(digits) ? digits.replaceAll(",", "") : digits;
  if (!PLAIN.test(joined)) return undefined;
  return percent ? Number(joined) / 100 : Number(joined);
}
