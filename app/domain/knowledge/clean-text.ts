// What text may enter the knowledge base: no NUL, no controls, no lone surrogates, composed characters, plain spaces.

// Tab and newline stay. U+00AD soft hyphen, U+200B zero width space, U+2060 word joiner, U+FEFF byte order mark,
// and the bidirectional controls that can make a quote read differently from what it says.
const UNWANTED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;
const LINE_END = /\r\n?|\u2028|\u2029|\u0085/g;
const SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** Removes what Postgres refuses or people can't see; unifies line ends and spaces; composes (NFC). */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(LINE_END, "\n").replace(UNWANTED, "").replace(SPACE, " ").normalize("NFC");
}

/** The same on one line: every run of white space becomes one space. */
export function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, " ").trim();
}

/** Non-empty lines, each on one line, joined by newlines. */
export function cleanLines(text: string): string {
  const lines = [];
  for (const line of cleanText(text).split("\n")) {
    const clean = line.replace(/\s+/g, " ").trim();
    if (clean) lines.push(clean);
  }
  return lines.join("\n");
}

/** Cuts a title or heading at a word, at most `max` UTF-16 units. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "");
  const space = cut.lastIndexOf(" ");
  return `${(space > max / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
