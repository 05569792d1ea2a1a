/* What JavaScript lacks. pow: 1 to any power and -1 to an infinite one are 1 in IEEE 754, but NaN in JavaScript.
   erf: up to 3 the series of Abramowitz and Stegun 7.1.6, whose terms all have one sign; from there on 1 - erfc by
   the continued fraction 7.1.14; exp(-x * x) in two factors, of which the first has an exact argument.
   Relative error below 2e-15, measured against 50 digits. */

/** @param {number} x @param {number} y */
export const pow = (x, y) => +x === 1 || +x === -1 && Math.abs(y) === Infinity ? 1 : Math.pow(x, y);

/** @param {number} number */
export const erf = number => {
  const x = +number, z = Math.abs(x), h = Math.round(z * 16) / 16;
  if (!(z < 6)) return z >= 6 ? Math.sign(x) : NaN;
  const e = Math.exp(-h * h) * Math.exp((h - z) * (h + z)) / Math.sqrt(Math.PI);
  let sum = x, term = x, tail = 0;
  if (z < 3) {
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) sum += term *= 2 * z * z / (2 * k + 1);
    return 2 * e * sum;
  }
  for (let k = 60; k > 0; k--) tail = k / 2 / (z + tail);
  return Math.sign(x) * (1 - e / (z + tail));
};
