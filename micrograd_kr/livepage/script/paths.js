/* The paths from the output to a node, those with the largest products first: micrograd_kr.stepper.paths */
const MOST_PATHS = 20;

/* for every node from which x can be reached: the edges on the way, the size of the best one, and how many paths there
   are; sizes are logarithms, for ordering only */
function waysTo(x) {
  const ways = new Map([[x, { edges: [], best: 0, count: 1n }]]);
  for (const k of computed) {
    const edges = [];
    let best = -Infinity, count = 0n;
    args[k].forEach((arg, j) => {
      const further = isFree[arg] && ways.get(arg);
      if (!further) return;
      const sum = further.best + Math.log(Math.abs(local[k][j])), size = sum === sum ? sum : Infinity;
      edges.push({ size, arg, j });
      best = Math.max(best, size);
      count += further.count;
    });
    if (edges.length && k !== x) ways.set(k, { edges, best, count });
  }
  return ways;
}

/* the number of all paths, and the `most` largest as [product, links from the output on] */
function largestPaths(x, most) {
  const ways = waysTo(x), found = [], open = [{ loss: 0, age: 0, node: root, trail: null }];
  let age = 0;
  while (open.length && found.length < most) {
    let next = 0;
    open.forEach((one, i) => { if (one.loss < open[next].loss || one.loss === open[next].loss && one.age < open[next].age) next = i; });
    let [{ loss, node, trail }] = open.splice(next, 1);
    while (node !== x) {
      const { edges, best } = ways.get(node);
      let chosen = null;
      for (const { size, arg, j } of edges) {
        const step = [node, j, trail];
        if (!chosen && size === best) chosen = { arg, step };
        else open.push({ loss: loss + (size === best ? 0 : best - size), age: --age, node: arg, trail: step });
      }
      node = chosen.arg;
      trail = chosen.step;
    }
    const links = [];
    for (let link = trail; link; link = link[2]) links.push([link[0], link[1]]);
    links.reverse();
    found.push([links.reduce((product, [k, j]) => local[k][j] * product, 1), links]);
  }
  return { count: ways.get(root).count, found };
}

function showCount(count) {
  const digits = String(count);
  if (digits.length <= 40) return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const mantissa = Number(digits[0] + "." + digits.slice(1, 17)).toFixed(3), over = mantissa === "10.000";
  return say("stepper.why.about", { count: `${over ? "1.000" : mantissa}e+${digits.length - 1 + over}` });
}
