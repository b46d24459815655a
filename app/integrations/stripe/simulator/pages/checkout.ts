// The checkout page: what is bought, the card, code and tax id, and what the payment came to.
import { html } from "hono/html";
import type { CheckoutView, Engine } from "../engine.ts";
import { StripeFailure } from "../errors.ts";
import { beginningOf, cardFields, cardFrom, type Typed, testCards, typedIn } from "./card-form.ts";
import { challengePage } from "./challenge.ts";
import { alert, day, field, type Markup, money, page, redirect } from "./layout.ts";

interface Offer {
  code: string;
  off: number;
  total: number;
}
interface Shown {
  typed: Typed;
  problem?: string;
  /** Stripe's name of the field at fault. */
  at?: string | null;
  status?: number;
}

/** @param path /c/pay/{id} or /c/pay/{id}/challenge */
export async function checkoutPage(
  engine: Engine,
  request: Request,
  id: string,
  rest: string | undefined,
): Promise<Response | null> {
  const view = engine.findCheckout(id);
  if (!view) return null;
  const over = await overPage(engine, view);
  if (over) return over;
  if (rest === "challenge") return challenge(engine, request, view);
  if (rest !== undefined) return null;
  if (request.method !== "POST") return show(engine, view, { typed: beginningOf(new URL(request.url)) });
  const typed = await typedIn(request);
  if (typed.do === "promotion") return show(engine, view, { typed });
  return pay(engine, view, typed);
}

async function overPage(engine: Engine, { session, successUrl }: CheckoutView): Promise<Response | null> {
  if (session.status === "complete")
    return page("Paid", html`<div><h1>This was paid already</h1><p><a href="${successUrl}">Go on</a></p></div>`);
  const late = session.expires_at <= engine.now(session.customer);
  if (session.status === "open" && !late) return null;
  const back = session.cancel_url ? html`<p><a href="${session.cancel_url}">Go back</a></p>` : "";
  return page("Expired", html`<div><h1>This page has expired</h1>${back}</div>`, { status: 410 });
}

async function pay(engine: Engine, view: CheckoutView, typed: Typed): Promise<Response> {
  const { session } = view;
  const taxValue = typed.tax_value?.trim();
  const code = typed.promotion_code?.trim();
  try {
    const outcome = engine.completeCheckout(session.id, {
      card: cardFrom(typed),
      ...(code && { promotionCode: code }),
      ...(taxValue && { taxId: { type: typed.tax_type ?? "eu_vat", value: taxValue } }),
      ...(typed.name && { name: typed.name }),
      ...(typed.email && { email: typed.email }),
    });
    if (outcome.status === "paid") return redirect(view.successUrl);
    if (outcome.status === "challenge") return redirect(`/c/pay/${session.id}/challenge`);
    return show(engine, view, { typed, problem: outcome.message, at: outcome.param, status: 402 });
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return show(engine, view, { typed, problem: error.message, at: error.body.param ?? null, status: 400 });
  }
}

async function challenge(engine: Engine, request: Request, view: CheckoutView): Promise<Response> {
  const { session } = view;
  if (!view.challenged) return redirect(`/c/pay/${session.id}`);
  if (request.method !== "POST") return challengePage(`${dueText(view)} to ${sellerOf()}`);
  const { answer } = await typedIn(request);
  const outcome = engine.answerCheckoutChallenge(session.id, answer === "complete");
  if (outcome.status === "paid") return redirect(view.successUrl);
  const problem = outcome.status === "declined" ? outcome.message : "Your bank asks again.";
  return show(engine, view, { typed: {}, problem, status: 402 });
}

const sellerOf = (): string => "Foyer";

function dueText({ session }: CheckoutView): string {
  return money(session.amount_total ?? 0, session.currency ?? "usd");
}

function offerFor(engine: Engine, id: string, typed: Typed): Offer | string | null {
  const code = typed.promotion_code?.trim();
  if (!code) return null;
  try {
    return { code, ...engine.quotePromotionCode(id, code) };
  } catch (error) {
    if (error instanceof StripeFailure) return error.message;
    throw error;
  }
}

function show(
  engine: Engine,
  view: CheckoutView,
  { typed, problem, at = null, status = 200 }: Shown,
): Promise<Response> {
  const { session, trialEnd } = view;
  const currency = session.currency ?? "usd";
  const offer = offerFor(engine, session.id, typed);
  const applied = offer !== null && typeof offer !== "string" ? offer : null;
  const total = applied ? applied.total : (session.amount_total ?? 0);
  const words =
    session.mode === "setup"
      ? "Save card"
      : total > 0
        ? `Pay ${money(total, currency)}`
        : trialEnd
          ? "Start trial"
          : "Subscribe";
  const codeProblem = typeof offer === "string" ? offer : null;
  return page(
    "Checkout",
    html`<div><p class="quiet">${session.cancel_url ? html`<a href="${session.cancel_url}">← Back to ${sellerOf()}</a>` : sellerOf()}</p>
<h1>${session.mode === "setup" ? "Save a card" : `Subscribe to ${view.lineItems[0]?.description ?? sellerOf()}`}</h1>
<p class="sum">${money(total, currency)}</p>
${trialEnd ? html`<p>Free until ${day(trialEnd)}, then ${money(perMonth(view), currency)} per month</p>` : session.mode === "setup" ? "" : html`<p class="quiet">due today, then every month</p>`}
${orderTable(view, currency, applied, total)}${testCards(`/c/pay/${session.id}`)}</div>
<div>${alert(problem ?? null)}${codeProblem ? alert(codeProblem) : ""}<form method="post" action="/c/pay/${session.id}" aria-label="Payment">
${field({ name: "email", label: "Email", type: "email", autocomplete: "email", value: typed.email ?? view.customer?.email ?? session.customer_email ?? "" })}
${cardFields(typed, at)}
${session.tax_id_collection?.enabled ? taxFields(typed, at) : ""}
${session.allow_promotion_codes ? promotionField(typed, applied, codeProblem !== null) : ""}
<button class="main" name="do" value="pay">${words}</button>
<p class="quiet">By paying you let ${sellerOf()} charge this card every month until you cancel.</p></form></div>`,
    { status, columns: 2 },
  );
}

const perMonth = ({ lineItems }: CheckoutView): number =>
  lineItems.reduce((sum, { amount_subtotal }) => sum + amount_subtotal, 0);

function orderTable(view: CheckoutView, currency: string, offer: Offer | null, total: number): Markup {
  const off = offer?.off ?? view.session.total_details?.amount_discount ?? 0;
  return html`<table><caption>Your order</caption><tbody>${view.lineItems.map(
    ({ description, price, quantity, amount_subtotal }) =>
      html`<tr><td>${description}${quantity === null ? html`<br><small>${usageWords(price.metadata.metric)}</small>` : ""}</td><td>${quantity === null ? "by use" : `${money(amount_subtotal, currency)} / month`}</td></tr>`,
  )}${off > 0 ? html`<tr><td>Discount${offer ? ` (${offer.code})` : ""}</td><td>−${money(off, currency)}</td></tr>` : ""}</tbody>
<tfoot><tr><th scope="row">Due today</th><td>${money(total, currency)}</td></tr></tfoot></table>`;
}

const usageWords = (metric: string | undefined): string =>
  metric ? `${metric.replaceAll("_", " ")} beyond those included` : "use beyond what is included";

const TAX_TYPES = [
  ["eu_vat", "EU VAT"],
  ["gb_vat", "UK VAT"],
  ["us_ein", "US EIN"],
  ["ch_vat", "Swiss VAT"],
] as const;

function taxFields(typed: Typed, at: string | null): Markup {
  return html`<fieldset><legend>Business</legend><div class="pair"><label for="tax_type">Tax ID type<select id="tax_type" name="tax_type">${TAX_TYPES.map(
    ([type, name]) =>
      typed.tax_type === type
        ? html`<option value="${type}" selected>${name}</option>`
        : html`<option value="${type}">${name}</option>`,
  )}</select></label>
${field({ name: "tax_value", label: "Tax ID (optional)", value: typed.tax_value ?? "", placeholder: "DE123456789", invalid: at === "value" })}</div></fieldset>`;
}

function promotionField(typed: Typed, applied: Offer | null, invalid: boolean): Markup {
  return html`<div class="pair">${field({ name: "promotion_code", label: "Promotion code (optional)", value: typed.promotion_code ?? "", invalid })}
<button name="do" value="promotion" formnovalidate>Apply</button></div>${applied ? html`<p class="good" role="status">Code ${applied.code} takes ${applied.off / 100} off.</p>` : ""}`;
}
