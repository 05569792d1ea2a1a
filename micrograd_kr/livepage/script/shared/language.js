/* Messages in the reader's language, as micrograd_kr.locale says them, word for word. */

/** @param {string | number | Segment[] | undefined} piece */
const asText = piece => Array.isArray(piece) ? piece.map(segment => segment.text).join("") : String(piece);

/**
 * The languages of a page; `speaker(catalogs)("ko").say(key, pieces)` is a message.
 * @param {Catalogs} catalogs
 */
export function speaker({ words, order, agreement }) {
  /** @param {string} lang */
  return lang => {
    /** @param {string} key */
    const spoken = key => [lang, ...order].find(code => key in (words[code] ?? {}));

    /**
     * A message as stretches of text; pieces that are such stretches keep their parts.
     * @param {string} key
     * @param {Pieces} pieces
     * @returns {Segment[]}
     */
    function phrase(key, pieces = {}) {
      if (!spoken(key)) key = "livepage." + key;
      const code = spoken(key) ?? "";
      /** @type {Segment[]} */
      const segments = [];
      const literals = words[code][key].split(/\{(\w+)(?::([^}]+))?\}/);
      for (let i = 0; i < literals.length; i += 3) {
        if (literals[i]) segments.push({ text: literals[i], part: "" });
        if (i + 1 === literals.length) break;
        const piece = pieces[literals[i + 1]], forms = literals[i + 2];
        if (Array.isArray(piece)) segments.push(...piece);
        else segments.push({ text: String(piece), part: "" });
        if (forms) segments.push({ text: agreeing(asText(piece), forms, agreement[code]), part: "" });
      }
      return segments;
    }

    /** @param {string} key @param {Pieces} [pieces] */
    const say = (key, pieces) => asText(phrase(key, pieces));
    return { lang, phrase, say, knows: /** @param {string} key */ key => spoken(key) !== undefined };
  };
}

/** @param {string} pattern */
const atTheEnd = pattern => new RegExp(`(?:${pattern})$`);

/**
 * The form that agrees with a word: micrograd_kr.locale.agreement.
 * @param {string} word
 * @param {string} forms
 * @param {AgreementRules} rules
 */
export function agreeing(word, forms, rules) {
  const [first, second] = forms.split("/");
  const end = word.slice(-100).replace(atTheEnd(rules.skipped ?? ""), "").normalize("NFD");
  const kind = end && (rules.endings ?? []).find(([, pattern]) => atTheEnd(pattern).test(end))?.[0];
  if (kind) return [first, second][(rules.form[kind + first[0]] ?? rules.form[kind] ?? 1) - 1];
  return first.endsWith(second) ? `(${first.slice(0, first.length - second.length)})${second}` : `${first}(${second})`;
}
