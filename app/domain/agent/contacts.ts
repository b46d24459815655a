// The contact details in what a visitor wrote: e-mail, phone, name. Fills the slots of a lead across turns.
import { findPii } from "./redact.ts";

export interface Contacts {
  name?: string;
  email?: string;
  phone?: string;
}

const NAME_WORD = "\\p{L}[\\p{L}'’.-]*";
const NAME_CUE = new RegExp(
  `(?:my (?:full )?name(?: is|'s|’s|:)|\\bname\\s*[:=]|(?:this is|i am|i'm|i’m|it's|call me) (?=\\p{Lu})|ich heisse|ich heiße|mein name ist|ich bin (?=\\p{Lu})|je m'appelle|je m’appelle|mon nom est|je suis (?=\\p{Lu})|me llamo|mi nombre es|soy (?=\\p{Lu}))\\s*((?:${NAME_WORD})(?: (?:${NAME_WORD})){0,3})`,
  "iu",
);
const NOT_A_NAME =
  /^(?:and|or|but|at|on|in|the|a|an|my|email|e-mail|mail|phone|number|tel|telephone|mobile|please|thanks|thank|call|reach|from|und|meine?|oder|bitte|et|mon|y|mi|is|not|looking|interested|here|hi|hello|i|you|can|it|is|to|with|would|want|need|for|trying|calling|writing|sure|sorry|afraid|having|going)$/iu;

/** Finds contact details in one message. */
export function contactsIn(message: string): Contacts {
  const found: Contacts = {};
  for (const { kind, value } of findPii(message)) {
    if (kind === "emails") found.email ??= value.toLowerCase();
    if (kind === "phones") found.phone ??= value.trim();
  }
  const name = nameIn(message);
  if (name) found.name = name;
  return found;
}

/** A name that a visitor states, or gives as the beginning of "Anna Berg, anna@example.com". */
function nameIn(message: string): string | undefined {
  const cued = NAME_CUE.exec(message)?.[1];
  const lead = /^\s*(\p{Lu}[\p{L}'’.-]+(?: \p{Lu}[\p{L}'’.-]+){1,2})\s*[,;:|–-]?\s+(?=[\w.+-]+@|\+?\(?\d)/u.exec(
    message,
  )?.[1];
  const words = [];
  for (const word of (cued ?? lead ?? "").split(" ")) {
    if (word === "" || NOT_A_NAME.test(word)) break;
    words.push(word.replace(/[.,]$/, ""));
    if (/[.,]$/.test(word) && word.length > 3) break;
  }
  const name = words.join(" ").trim();
  return name.length >= 2 && name.length <= 80 ? name : undefined;
}

/** A bare name, as the answer to "what is your name?". */
export function bareName(message: string): string | undefined {
  const text = message.trim().replace(/[.!]$/, "");
  return /^\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’.-]+){0,2}$/u.test(text) ? text : undefined;
}
