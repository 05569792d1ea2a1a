// Pages and HTML from Python, each in a frame of its own that is cut off from this page.
import { TOP } from "./build.js";

let next = 0;
const frames = new Map(); // by the frame's window: its element, what it is to show, and what to do when it shows it

addEventListener("message", ({ source, data }) => {
  const known = frames.get(source);
  if (!known) return;
  if (data.waiting) known.isThere = true;
  if (data.waiting) source.postMessage(known.content, "*");
  else if (data.shown === known.content.id) {
    known.frame.dataset.shown = "";
    known.onShown();
  }
  else if (data.id === known.content.id) known.frame.style.height = `${data.height}px`;
});

function makeFrame(content, title, onShown, place) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = title;
  frame.src = new URL("frame.html", TOP).href;
  place(frame);
  const known = { frame, content: { id: next++, ...content }, onShown, isThere: false };
  frames.set(frame.contentWindow, known);
  // A service worker does not answer for a sandboxed frame. Where there is no network its answer is the sandbox instead:
  // it comes with the policy `sandbox`, and without that the frame takes nothing.
  const again = () =>
    setTimeout(() => {
      if (known.isThere || !frame.isConnected || !navigator.serviceWorker?.controller) return;
      frame.removeEventListener("load", again);
      frame.removeAttribute("sandbox");
      frame.src = `${new URL("frame.html", TOP).href}?sandbox`;
      frames.set(frame.contentWindow, known);
    }, 50);
  frame.addEventListener("load", again);
  for (const [window, { frame: other }] of frames) if (!other.isConnected) frames.delete(window);
  return frame;
}

// A whole page. Until it is there, `place` has put the frame beside what was shown before.
export function pageFrame(html, title, place, onShown = () => {}) {
  return makeFrame({ page: html }, title, onShown, place);
}

// A page that was made when the website was built.
export async function storedFrame(address, title, place, onShown = () => {}) {
  const response = await fetch(address);
  return pageFrame(await response.text(), title, place, onShown);
}

// A piece of HTML; the frame grows with it.
export function pieceFrame(html, title, place) {
  return makeFrame({ html }, title, () => {}, place);
}

// A picture, in which no script runs.
export function picture(svg, alt) {
  const image = document.createElement("img");
  image.alt = alt;
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return image;
}
