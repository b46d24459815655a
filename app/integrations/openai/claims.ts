// Cuts a streamed answer into sentences with the sources that they name, as they become complete.

const MARK = /\[\[\s*(\d{1,3}(?:\s*,\s*\d{1,3})*)\s*\]\]|【\s*(\d{1,3})[^】]*】/g;
/** The end of a sentence, closing marks and quotes included, where something else follows. */
const END = /(?:[.!?…。！？]["'”’)*_]*(?:\s*(?:\[\[[^\]]*\]\]|【[^】]*】))*(?=\s+[^\s[【])|\n)/g;
const ABBREVIATION = /(?:^|[\s("'])(?:Dr|Mr|Mrs|Ms|Prof|St|e\.g|i\.e|approx|ca|No|Nr|z\.B|d\.h|bzw|vs|[A-Z])\.$/;

export interface ClaimReader {
  feed(text: string): void;
  /** What is left is a sentence as well. */
  end(): void;
}

/** @param onClaim takes a sentence without its marks, and the numbers in them */
export function createClaimReader(onClaim: (text: string, sources: number[]) => void): ClaimReader {
  let buffer = "";

  function emit(sentence: string): void {
    const sources: number[] = [];
    const text = sentence
      .replace(MARK, (_, list: string | undefined, single: string | undefined) => {
        for (const number of (list ?? single ?? "").split(",")) sources.push(Number(number));
        return "";
      })
      .replace(/\s+([.,;:!?])/g, "$1")
      .replace(/\*\*|__|^#{1,6} /gm, "")
      .replace(/[ \t]+/g, " ")
      .trim();
    if (text !== "") onClaim(text, [...new Set(sources)]);
  }

  return {
    feed(text) {
      buffer += text;
      let from = 0;
      for (const match of buffer.matchAll(END)) {
        const end = match.index + match[0].length;
        const sentence = buffer.slice(from, end);
        if (match[0] !== "\n" && ABBREVIATION.test(sentence)) continue;
        emit(sentence);
        from = end;
      }
      buffer = buffer.slice(from);
    },
    end() {
      emit(buffer);
      buffer = "";
    },
  };
}
