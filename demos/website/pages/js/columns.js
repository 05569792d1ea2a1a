// Text in columns, as a terminal has it: a Hangul syllable takes two, whatever font draws it, so carets stand right.
const WIDE = /([\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])/u;

export function columnsOf(text) {
  return text.split("\n").flatMap((line, index) => {
    const inCode = line.startsWith("  "); // a sentence flows as it likes
    const parts = inCode ? line.split(WIDE).filter(Boolean) : [line];
    const nodes = parts.map((part) => {
      if (!inCode || !WIDE.test(part)) return document.createTextNode(part);
      const span = document.createElement("span");
      span.className = "wide";
      span.textContent = part;
      return span;
    });
    return index ? [document.createTextNode("\n"), ...nodes] : nodes;
  });
}
