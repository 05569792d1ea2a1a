/* What the pages' scripts share: the shapes of what Python writes into a page. */

/** A message's templates by key, for each language; the order in which languages are asked; how words agree. */
interface Catalogs {
  words: Record<string, Record<string, string>>;
  order: string[];
  agreement: Record<string, AgreementRules>;
}

interface AgreementRules {
  endings?: [kind: string, pattern: string][];
  skipped?: string;
  form: Record<string, number>;
}

/** A stretch of a sentence, and the part that it plays, if any: "local", "upstream", "product", ... */
interface Segment {
  text: string;
  part: string;
}

type Pieces = Record<string, string | number | Segment[] | undefined>;

/** The functions that the table's rules call and JavaScript lacks. */
type Helpers = typeof import("./shared/functions.js");

/** out = forward(arguments) */
type Forward = (a: ArrayLike<number>) => number | boolean;

/** Writes d out / d argument into d; null is an exact 0, through which nothing flows. */
type Partials = (o: number, a: ArrayLike<number>, d: (number | null)[]) => void;

/** Python leaves here what a page is about, before the bundle runs. */
declare var pageContents: { knowledge: any; rules: (helpers: Helpers) => any };
