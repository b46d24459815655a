// Typed questions in the ranked index: beside the ordinary terms each word of a typed question is kept with a mark before
// it, so that a search finds the typed questions that share words with a message, however much else the base holds.

/** Stands before a typed question's word. No word begins with it, so such terms never meet ordinary ones. */
export const QUESTION_MARK = "?";

/** What a typed question's address begins with. */
export const QUESTION_ADDRESS = "qa:";
