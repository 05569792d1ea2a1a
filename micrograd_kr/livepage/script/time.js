/* Change and show: frames, captions, the player. */
let changed = true, waiting = 0, resting = 0, after = null;
function schedule(then) {
  after = then ?? after;
  if (waiting) return;
  waiting = requestAnimationFrame(frame);
  clearTimeout(resting);
  canvas.removeAttribute("data-rests");
}

function frame() {
  waiting = 0;
  if (changed) {
    compute();
    changed = false;
    if (!history.length) history = [data[root]];
    for (const [k, parts] of rows) update(parts, k);
    plot();
    updateDetail();
  }
  if (position < last) gradAt(position, grad);
  else if (engine === "right") { runBackward(right); grad.set(right); }
  paint();
  if (focused) label(focused);
  showPosition();
  /* what is out of sight follows when the hand rests */
  resting = setTimeout(() => { paint(true); canvas.setAttribute("data-rests", ""); }, 80);
  const then = after;
  after = null;
  if (then) then();
}

function change(k, x) {
  if (position === 0) position = last;
  stepped = stepped && position < last;
  data[k] = x;
  descents = 0;
  history = [];
  changed = true;
  schedule(caption);
}

function announce(text) {
  const box = $("caption");
  if (box.textContent !== text) box.textContent = text;
}

function caption() {
  if (engine !== "right" && position === last) {
    return announce(!finished ? say("never_ends") : firstWrong < 0 ? say("same_anyway")
      : say("first_wrong", { node: names[firstWrong], wrong: show(grad[firstWrong]), right: show(right[firstWrong]) }));
  }
  announce(position === 0 ? say("at_start") : position === last && !stepped ? say("all_done", { node: names[root], number: show(data[root]) }) : sentence(position));
}

let stepped = true;
function showPosition() {
  const slider = $("position");
  slider.value = position;
  const text = say("step_of", { step: position, steps: last });
  slider.setAttribute("aria-valuetext", text);
  $("where").textContent = `${position} / ${last}`;
  $("first").disabled = $("back").disabled = position === 0;
  $("last").disabled = $("next").disabled = position === last;
}

function go(p) {
  p = Math.max(0, Math.min(last, p));
  if (engine !== "right") setEngine("right");
  stepped = true;
  position = p;
  if (p > 0) reveal(steps[p - 1][1]);
  schedule(caption);
}

let playing = 0;
function play(on = !playing) {
  clearInterval(playing);
  playing = 0;
  if (on) {
    if (position === last) go(0);
    playing = setInterval(() => { if (position >= last) play(false); else go(position + 1); }, 1100);
  }
  $("play").setAttribute("aria-pressed", String(!!playing));
  $("play").setAttribute("aria-label", say(playing ? "pause" : "play"));
  $("play").replaceChildren(icon(playing ? "pause" : "play"));
  schedule();
}

function setEngine(name) {
  engine = $("engine").value = name;
  $("about").textContent = say("about_" + name);
  changed = true;
  stepped = false;
  if (name !== "right") { play(false); position = last; }
  schedule(caption);
}
