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

/* --- the graph page ----------------------------------------------------------------------------------------------- */

/** How an op is written: its symbol, how tightly it binds (0: as a call), its number of arguments. */
interface Spelling {
  symbol: string;
  tight: number;
  arity: number | null;
}

/** What Python knows about the graph, its numbers, and the words for them. */
interface GraphContents extends Catalogs {
  lang: string;
  hosted?: boolean; // whether a page around it sets numbers
  op: number[]; // for each node its op; -1: a leaf, -2: a constant
  args: number[][];
  data: (number | string)[];
  names: string[];
  spelling: string[];
  tight: number[];
  order: string[];
  trained: number[];
  home: number[]; // for each node the number of its module
  parents: (number | null)[]; // for each module the one around it
  titles: string[];
  ops: (Spelling & { sentence: string; truth: boolean })[];
  primitives: Record<string, Spelling>;
  glossary: Record<string, Record<string, [term: string, explanation: string]>>;
  icons: Record<string, string>;
  atom: number;
  minus: number;
  operands: number;
  flows: number;
  longest: number;
  longestWrittenOut: number;
  longestBeside: number;
}

type EngineName = "right" | "recursion" | "overwrite" | "forgotten";

/** All numbers of a forward pass and of the right backward pass; by node, or by edge. */
interface Pass {
  data: Float64Array;
  grad: Float64Array;
  local: Float64Array;
  product: Float64Array;
  blocked: Uint8Array; // whether no path leads over the edge
}

/** What one backward step sends over one edge. */
interface Sent {
  edge: number;
  arg: number;
  local: number;
  upstream: number;
  product: number;
  before: number;
  after: number;
}

/** Where an engine and the right one part: in this step, over this edge. */
interface Parting {
  backward: number; // which backward step, from 1
  kind: "early" | "again" | "overwritten" | "leftover";
  node: number; // that sends
  arg: number; // that holds a wrong gradient from now on
  got: number;
  should: number;
}

/** The gradients after some backward steps of an engine. */
interface Moment {
  grad: Float64Array;
  expected: Float64Array; // what should have arrived by now
  wrong: Uint8Array;
  received: Uint8Array; // by node: whether anything has arrived there
  used: Uint8Array; // by edge
  product: Float64Array; // by edge, as this engine sent it last
  flows: Sent[]; // of the last step
  parting: Parting | null;
}

/** A step: of the forward pass, the seed, or of the backward pass. */
interface Step {
  phase: "forward" | "seed" | "backward";
  node: number;
  backward: number; // which backward step, from 1 (the seed); 0 in the forward pass
}

interface State {
  lang: string;
  numbers: Float64Array; // of the leaves and constants
  position: number; // that many steps have been taken
  stepped: boolean; // whether a step is shown; else both passes as a whole
  engine: EngineName;
  carry: Float64Array | null; // the gradients of the descent step before
  losses: number[];
  descents: number;
  trained: ReadonlySet<number>;
  rate: string; // as it was typed
  chosen: number; // the node whose details are shown, or -1
  path: number; // which of the paths to it is lit, or -1
  touched: number; // the leaf under the hand, or -1
  module: number; // whose view is open
  focus: number; // the card in it that the Tab key stops at
  at: { x: number; y: number } | null; // where the view was pushed to; null: automatic
  zoom: number | null;
  room: { width: number; height: number };
  wide: boolean;
  log: boolean;
  playing: boolean;
  speed: number;
  mistyped: string; // the field whose text is no number: "rate", or a leaf's number
  notice: "" | "descended" | "nothing_trained" | "not_a_number" | "not_drawn" | "nudged" | "card";
  nudge: { node: number; by: number; before: Float64Array } | null;
  term: { id: string; anchor: string } | null;
  part: string; // of the formula that is lit everywhere: "local", "upstream", ...
  past: Document_[];
}

/** What undo brings back. */
type Document_ = Pick<State, "numbers" | "position" | "stepped" | "carry" | "losses" | "descents" | "trained" | "touched" | "notice" | "nudge">;
