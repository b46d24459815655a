// The shapes that knowledge passes through on its way from bytes to the index: document, block, chunk, sentence.

/** One readable document: blocks of text under headings, boilerplate stripped. */
export interface ReadDocument {
  title: string;
  /** BCP 47 primary tag, e.g. `en`. */
  language: string | null;
  canonicalUrl: string | null;
  blocks: Block[];
  /** Absolute http(s) addresses without fragment, each once. */
  links: string[];
}

export interface Block {
  /** Path of headings above, outermost first. */
  headings: string[];
  /** Plain text, whitespace normalised; list items and table rows as lines. */
  text: string;
  /** Fragment that leads to the place, without `#`. */
  anchor: string | null;
}

export interface Chunk {
  position: number;
  headings: string[];
  content: string;
  /** SHA-256 hex of the content with whitespace collapsed; headings don't count. */
  contentHash: string;
  sentences: Sentence[];
  anchor: string | null;
}

/** UTF-16 offsets into the text, end exclusive. */
export interface Sentence {
  start: number;
  end: number;
}
