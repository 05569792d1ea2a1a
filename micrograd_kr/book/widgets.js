// What the widgets show. Each number was computed before; a slider chooses which of them is seen.

const data = JSON.parse(document.getElementById("data").textContent), words = data.words;
const main = document.getElementById("widget");
const NS = "http://www.w3.org/2000/svg";

const number = (x) => {
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-3) return x.toExponential(1).replace("e+", "e");
  return String(Number(x.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 3)));
};

function make(name, attributes = {}, text = "") {
  const element = document.createElementNS(NS, name);
  for (const [key, each] of Object.entries(attributes)) element.setAttribute(key, each);
  element.textContent = text;
  return element;
}

function drawing(width, height) {
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  main.append(svg);
  return svg;
}

function numbers() {
  const list = document.createElement("ul");
  list.className = "numbers";
  list.setAttribute("aria-live", "polite");
  main.append(list);
  return (entries) => list.replaceChildren(...entries.map(([name, each]) => {
    const item = document.createElement("li"), strong = document.createElement("b");
    strong.textContent = each;
    item.append(`${name} `, strong);
    return item;
  }));
}

function slider(name, most, start, moved) {
  const label = document.createElement("label"), text = document.createElement("span");
  const input = Object.assign(document.createElement("input"), { type: "range", min: 0, max: most, value: start });
  text.textContent = name;
  label.append(text, input);
  main.append(label);
  const show = () => moved(Number(input.value), input);
  input.addEventListener("input", show);
  return { input, show };
}

// A curve in its axes; returns where a number stands in the picture.
function plane(svg, width, height, xs, ys) {
  const left = 56, right = 14, top = 16, bottom = 46;
  const lowX = xs[0], highX = xs[xs.length - 1];
  let low = Math.min(...ys), high = Math.max(...ys);
  const margin = (high - low) * 0.06 || 1;
  low -= margin; high += margin;
  const px = (x) => left + (width - left - right) * (x - lowX) / (highX - lowX);
  const py = (y) => top + (height - top - bottom) * (1 - (y - low) / (high - low));
  svg.append(
    make("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    make("line", { class: "axis", x1: left, x2: left, y1: top, y2: height - bottom }),
  );
  for (const x of ticks(lowX, highX)) svg.append(make("text", { x: px(x), y: height - bottom + 17, "text-anchor": "middle" }, number(x)));
  for (const y of ticks(low, high)) svg.append(make("text", { x: left - 7, y: py(y) + 5, "text-anchor": "end" }, number(y)));
  svg.append(
    make("text", { x: width - right, y: height - 5, "text-anchor": "end", class: "strong" }, data.x),
    make("text", { x: left + 8, y: top + 4, class: "strong" }, data.y),
    make("path", { class: "curve", d: xs.map((x, i) => `${i ? "L" : "M"}${px(x)} ${py(ys[i])}`).join("") }),
  );
  return { px, py, low, high, lowX, highX };
}

function ticks(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * power >= rough) * power, found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(8)));
  return found;
}

const kinds = {
  slope() {
    const svg = drawing(480, 300), { px, py } = plane(svg, 480, 300, data.xs, data.ys);
    const tangent = make("line", { class: "tangent" }), point = make("circle", { class: "point", r: 7 });
    svg.append(tangent, point);
    const write = numbers();
    slider(words.place, data.xs.length - 1, data.start, (i) => {
      const x = data.xs[i], y = data.ys[i], slope = data.slopes[i];
      // As long on the screen wherever it is
      const dx = px(x + 1) - px(x), dy = py(y + slope) - py(y), reach = 75 / Math.hypot(dx, dy);
      for (const [end, sign] of [["1", -1], ["2", 1]]) {
        tangent.setAttribute(`x${end}`, px(x) + sign * reach * dx);
        tangent.setAttribute(`y${end}`, py(y) + sign * reach * dy);
      }
      point.setAttribute("cx", px(x));
      point.setAttribute("cy", py(y));
      write([[data.x, number(x)], [data.y, number(y)], [words.slope, number(slope)]]);
      svg.setAttribute("aria-label", `${data.x} ${number(x)}, ${data.y} ${number(y)}, ${words.slope} ${number(slope)}`);
    }).show();
  },

  learning_rate() {
    const svg = drawing(480, 300), { px, py, low, high, lowX, highX } = plane(svg, 480, 300, data.xs, data.ys);
    const path = make("path", { class: "path" }), dots = make("g");
    svg.append(path, dots);
    const write = numbers(), longest = Math.max(...data.paths.map((each) => each.length)) - 1;
    let rate = data.start, count = longest;
    const show = () => {
      const steps = data.paths[rate].slice(0, count + 1), last = steps[steps.length - 1];
      const inside = [];
      for (const step of steps) {
        if (!(step[0] >= lowX && step[0] <= highX && step[1] >= low && step[1] <= high)) break;
        inside.push(step);
      }
      path.setAttribute("d", inside.map(([x, y], i) => `${i ? "L" : "M"}${px(x)} ${py(y)}`).join(""));
      dots.replaceChildren(...inside.map(([x, y], i) => make("circle", { class: "step", cx: px(x), cy: py(y), r: i ? 4 : 6 })));
      write([[words.rate, number(data.rates[rate])], [words.steps, String(steps.length - 1)], [`${data.y}, ${words.after}`, number(last[1])]]);
      svg.setAttribute("aria-label", `${words.rate} ${number(data.rates[rate])}, ${data.y} ${number(last[1])}`);
    };
    slider(words.rate, data.rates.length - 1, rate, (i) => { rate = i; show(); });
    slider(words.steps, longest, longest, (i) => { count = i; show(); });
    show();
  },

  nudge() {
    const svg = drawing(480, 130), write = numbers();
    const most = Math.max(...data.real.map(Math.abs), ...data.nudges.map((each) => Math.abs(each * data.gradient))) || 1;
    const rows = [words.foretold, words.real].map((name, i) => {
      const bar = make("rect", { y: 24 + 58 * i, height: 26 });
      svg.append(make("text", { x: 0, y: 16 + 58 * i, class: "strong" }, name), bar);
      return bar;
    });
    svg.append(make("line", { class: "axis", x1: 240, x2: 240, y1: 20, y2: 118 }));
    slider(words.nudge, data.nudges.length - 1, data.start, (i) => {
      const nudge = data.nudges[i], changes = [nudge * data.gradient, data.real[i]];
      changes.forEach((change, row) => {
        const width = 235 * Math.abs(change) / most;
        rows[row].setAttribute("x", change < 0 ? 240 - width : 240);
        rows[row].setAttribute("width", width);
        rows[row].setAttribute("class", change < 0 ? "down" : "up");
      });
      write([
        [data.x, `${number(data.at)} → ${number(data.at + nudge)}`],
        [words.slope, number(data.gradient)],
        [words.foretold, number(changes[0])],
        [words.real, number(changes[1])],
      ]);
      svg.setAttribute("aria-label", `${words.foretold} ${number(changes[0])}, ${words.real} ${number(changes[1])}`);
    }).show();
  },

  temperature() {
    const rowHeight = 34, svg = drawing(480, data.names.length * rowHeight + 6), write = numbers();
    const bars = data.names.map((name, i) => {
      const bar = make("rect", { class: "bar", x: 110, y: i * rowHeight + 4, height: 22 });
      const share = make("text", { y: i * rowHeight + 20, class: "strong" });
      svg.append(make("text", { x: 102, y: i * rowHeight + 20, "text-anchor": "end", class: "strong" }, name), bar, share);
      return [bar, share];
    });
    slider(words.temperature, data.temperatures.length - 1, data.start, (i) => {
      bars.forEach(([bar, share], place) => {
        const width = 300 * data.shares[i][place];
        bar.setAttribute("width", width);
        share.setAttribute("x", 118 + width);
        share.textContent = `${(100 * data.shares[i][place]).toFixed(1)} %`;
      });
      write([[words.temperature, number(data.temperatures[i])]]);
      svg.setAttribute("aria-label", data.names.map((name, place) => `${name} ${(100 * data.shares[i][place]).toFixed(1)} %`).join(", "));
    }).show();
  },

  sliding_filter() {
    const rows = data.picture.length, columns = data.picture[0].length, size = data.weights.length, wide = data.weights[0].length;
    const across = columns - wide + 1, down = rows - size + 1;
    const unit = 300 / Math.max(rows, columns), gap = 36, second = columns * unit + gap;
    const svg = drawing(second + across * unit, rows * unit + 4), write = numbers();
    const darkest = Math.max(...data.picture.flat(), 1e-9), largest = Math.max(...data.answers.flat().map(Math.abs), 1e-9);
    const square = (x, y, shade, name = "cell") => make("rect", { class: name, x, y, width: unit, height: unit, "fill-opacity": shade });
    data.picture.forEach((row, i) => row.forEach((pixel, j) => {
      const cell = square(j * unit, i * unit + 2, Math.max(0, pixel) / darkest);
      cell.setAttribute("fill", "currentColor");
      svg.append(cell);
    }));
    const window = make("rect", { class: "window", width: wide * unit, height: size * unit });
    const weights = data.weights.map((row) => row.map((weight) => {
      const text = make("text", { class: "cell-text" }, number(weight));
      svg.append(text);
      return text;
    }));
    const answers = data.answers.map((row, i) => row.map((answer, j) => {
      const cell = square(second + j * unit, i * unit + 2, 0);
      svg.append(cell);
      return cell;
    }));
    const here = make("rect", { class: "window", width: unit, height: unit });
    svg.append(window, here);
    const control = slider(words.filter_at, across * down - 1, data.start, (place) => {
      const row = Math.floor(place / across), column = place % across;
      window.setAttribute("x", column * unit);
      window.setAttribute("y", row * unit + 2);
      here.setAttribute("x", second + column * unit);
      here.setAttribute("y", row * unit + 2);
      weights.forEach((line, i) => line.forEach((text, j) => {
        text.setAttribute("x", (column + j + 0.5) * unit);
        text.setAttribute("y", (row + i + 0.5) * unit + 2);
      }));
      answers.forEach((line, i) => line.forEach((cell, j) => {
        const answer = data.answers[i][j], seen = i * across + j <= place;
        cell.setAttribute("class", `cell ${answer < 0 ? "down" : "up"}`);
        cell.setAttribute("fill-opacity", seen ? Math.abs(answer) / largest : 0);
      }));
      const products = [];
      data.weights.forEach((line, i) => line.forEach((weight, j) => {
        const pixel = data.picture[row + i][column + j];
        if (pixel && weight) products.push(`${number(weight)}×${number(pixel)}`);
      }));
      const sum = number(data.answers[row][column]);
      write([[words.filter_at, `${row + 1}, ${column + 1}`], [products.join(" + ") || "0", `= ${sum}`]]);
      svg.setAttribute("aria-label", `${words.filter_at} ${row + 1}, ${column + 1}: ${sum}`);
    });
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect(), scale = (second + across * unit) / box.width;
      const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
      const column = Math.floor((x >= second ? x - second : x - wide * unit / 2 + unit / 2) / unit);
      const row = Math.floor((x >= second ? y : y - size * unit / 2 + unit / 2) / unit);
      control.input.value = Math.max(0, Math.min(down - 1, row)) * across + Math.max(0, Math.min(across - 1, column));
      control.show();
    });
    control.show();
  },
};

kinds[data.kind]();
const sendHeight = () => parent.postMessage({ height: document.documentElement.offsetHeight }, "*");
new ResizeObserver(sendHeight).observe(document.body);
sendHeight();
