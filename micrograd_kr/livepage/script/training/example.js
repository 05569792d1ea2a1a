/* One example's own computation graph: the graph page, in a frame, with the numbers of this step. */

/** @typedef {import("./trainer.js").Trainer} Trainer */

export class Example {
  /** @param {HTMLElement} room @param {Trainer} trainer @param {{ changed: () => void, closed: () => void }} hands */
  constructor(room, trainer, hands) {
    this.room = room;
    this.trainer = trainer;
    this.hands = hands;
  }

  get isThere() {
    return false;
  }

  /** @param {number} e @param {string} lang */
  open(e, lang) {}

  /** @param {number} e */
  show(e) {}

  close() {}
}
