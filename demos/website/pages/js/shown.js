// What code prints and shows, put below one another into an element.
import { pageFrame, picture, pieceFrame } from "./frames.js";
import { say } from "./language.js";

function figure(caption, make) {
  const box = document.createElement("figure");
  make(box);
  if (caption) {
    const text = document.createElement("figcaption");
    text.textContent = caption;
    box.append(text);
  }
  return box;
}

export function append(output, { kind, text, html, svg, caption, height }) {
  if (kind === "text" || kind === "error") {
    let block = output.lastElementChild;
    if (!block?.matches(`pre.${kind}`)) {
      block = document.createElement("pre");
      block.className = kind;
      output.append(block);
    }
    block.append(text);
    return;
  }
  const box = figure(caption, (place) => {
    if (kind === "svg") place.append(picture(svg, caption ?? say("picture")));
    else place.classList.add(kind);
  });
  output.append(box); // a frame begins to load when it is in the page
  if (kind === "page") pageFrame(html, caption ?? say("live"), (frame) => {
    if (height) frame.height = height; // a widget: a live page is as high as it likes
    box.classList.toggle("widget", Boolean(height));
    box.prepend(frame);
  });
  if (kind === "html") pieceFrame(html, caption ?? say("picture"), (frame) => box.prepend(frame));
}
