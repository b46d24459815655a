// The fields of a card, what a person typed into them, and the test cards to choose from.
import { html } from "hono/html";
import type { CardInput } from "../payment-methods.ts";
import { field, type Markup } from "./layout.ts";

const TEST_CARDS: readonly (readonly [number: string, what: string])[] = [
  ["4242 4242 4242 4242", "pays"],
  ["5555 5555 5555 4444", "pays (Mastercard)"],
  ["4000 0025 0000 3155", "asks its holder once, then pays"],
  ["4000 0027 6000 3184", "asks its holder every time"],
  ["4000 0000 0000 0002", "is declined"],
  ["4000 0000 0000 9995", "has insufficient funds"],
  ["4000 0000 0000 0069", "has expired"],
  ["4000 0000 0000 0127", "has a wrong security code"],
  ["4000 0000 0000 0341", "can be saved, and is declined when charged"],
  ["4000 0000 0000 0259", "pays, and is disputed afterwards"],
];

/** What the form held when it was sent, to show it again. */
export type Typed = Readonly<Record<string, string>>;

/** The form of a request; only texts. */
export async function typedIn(request: Request): Promise<Typed> {
  const form = await request.formData();
  return Object.fromEntries([...form].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** What the fields begin with; a chosen test card fills them in. */
export function beginningOf(url: URL): Typed {
  const number = url.searchParams.get("card");
  if (!number) return {};
  const year = String((new Date().getUTCFullYear() + 3) % 100);
  return { number, expiry: `12 / ${year}`, cvc: "123", name: "Test Person" };
}

/** @param at Stripe's name of the field at fault */
export function cardFields(typed: Typed, at: string | null): Markup {
  const atFault = (...params: string[]): boolean => at !== null && params.includes(at);
  return html`<fieldset><legend>Card</legend>
${field({ name: "number", label: "Card number", value: typed.number ?? "", autocomplete: "cc-number", placeholder: "1234 1234 1234 1234", numeric: true, required: true, invalid: atFault("number") })}
<div class="pair">${field({ name: "expiry", label: "Expiration (MM / YY)", value: typed.expiry ?? "", autocomplete: "cc-exp", placeholder: "MM / YY", required: true, invalid: atFault("exp_month", "exp_year") })}
${field({ name: "cvc", label: "Security code (CVC)", value: typed.cvc ?? "", autocomplete: "cc-csc", placeholder: "123", numeric: true, required: true, invalid: atFault("cvc") })}</div>
${field({ name: "name", label: "Name on card", value: typed.name ?? "", autocomplete: "cc-name", required: true })}</fieldset>`;
}

/** Links that fill the form in. @param path of the page with the form */
export function testCards(path: string): Markup {
  return html`<section aria-labelledby="cards"><h2 id="cards">Test cards</h2><p class="quiet">Choose one to fill in the form.</p><ul>${TEST_CARDS.map(
    ([number, what]) =>
      html`<li><a href="${path}${path.includes("?") ? "&" : "?"}card=${number.replaceAll(" ", "")}">${number}</a> ${what}</li>`,
  )}</ul></section>`;
}

/** The card as typed; what can't be one is refused by the engine. */
export function cardFrom(typed: Typed): CardInput {
  const [month = "", year = ""] = (typed.expiry ?? "").split(/[^\d]+/).filter(Boolean);
  const packed = /^(\d{2})(\d{2})$/.exec(month);
  const [mm, yy] = packed && year === "" ? [packed[1] ?? "", packed[2] ?? ""] : [month, year];
  const number = typed.number ?? "";
  return {
    number,
    expMonth: Number(mm),
    expYear: yy.length === 2 ? 2000 + Number(yy) : Number(yy),
    cvc: (typed.cvc ?? "").trim(),
    ...(typed.name && { name: typed.name }),
    ...(typed.email && { email: typed.email }),
  };
}
