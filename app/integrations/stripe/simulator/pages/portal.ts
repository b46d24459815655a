// The customer portal: subscription, card, invoices; cancelling, resuming, another card.
import { html } from "hono/html";
import type { CustomerView, Engine } from "../engine.ts";
import { StripeFailure } from "../errors.ts";
import type { Subscription } from "../objects.ts";
import { beginningOf, cardFields, cardFrom, type Typed, testCards, typedIn } from "./card-form.ts";
import { challengePage } from "./challenge.ts";
import { alert, day, type Markup, money, page, redirect } from "./layout.ts";

type View = NonNullable<ReturnType<Engine["findPortal"]>>;

/** @param rest what follows /p/session/{id}/ */
export async function portalPage(
  engine: Engine,
  request: Request,
  id: string,
  rest: string | undefined,
): Promise<Response | null> {
  const view = engine.findPortal(id);
  if (!view) return null;
  const home = `/p/session/${id}`;
  if (rest === "payment-method") return paymentMethod(engine, request, view);
  if (rest?.startsWith("confirm/")) return confirm(engine, request, view, rest.slice("confirm/".length));
  if (rest !== undefined) return null;
  if (request.method === "POST") return change(engine, request, view);
  if (view.session.flow?.type === "payment_method_update") return redirect(`${home}/payment-method`);
  return show(engine, view, new URL(request.url).searchParams.get("said"));
}

/** Cancels or resumes a subscription of this customer. */
async function change(engine: Engine, request: Request, view: View): Promise<Response> {
  const { do: what, subscription } = await typedIn(request);
  const own = view.subscriptions.find((one) => one.id === subscription);
  const home = `/p/session/${view.session.id}`;
  if (!own || (what !== "cancel" && what !== "resume")) return redirect(home);
  engine.cancelAtPeriodEnd(own.id, what === "cancel");
  return redirect(`${home}?said=${what}`);
}

async function paymentMethod(engine: Engine, request: Request, view: View): Promise<Response> {
  const path = `/p/session/${view.session.id}/payment-method`;
  if (request.method !== "POST") return cardPage(view, path, beginningOf(new URL(request.url)));
  const typed = await typedIn(request);
  try {
    const outcome = engine.replaceDefaultCard(view.customer.id, cardFrom(typed));
    if (outcome.status === "saved") return saved(view);
    if (outcome.status === "challenge") return redirect(`/p/session/${view.session.id}/confirm/${outcome.setupIntent}`);
    return cardPage(view, path, typed, outcome.message, outcome.param);
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return cardPage(view, path, typed, error.message, error.body.param ?? null);
  }
}

async function confirm(engine: Engine, request: Request, view: View, intent: string): Promise<Response | null> {
  const waiting = engine.findSetupIntent(intent);
  if (waiting?.customer !== view.customer.id) return null;
  const path = `/p/session/${view.session.id}/payment-method`;
  if (waiting.status !== "requires_action") return redirect(path);
  if (request.method !== "POST") return challengePage("Your bank asks before this card is saved.");
  const { answer } = await typedIn(request);
  const outcome = engine.answerCardChallenge(intent, answer === "complete");
  if (outcome.status === "saved") return saved(view);
  return cardPage(view, path, {}, outcome.status === "declined" ? outcome.message : "Your bank asks again.");
}

function saved({ session }: View): Response {
  const { flow } = session;
  const onward = flow?.after_completion.redirect?.return_url;
  return redirect(onward ?? `/p/session/${session.id}?said=card`);
}

function cardPage(view: View, path: string, typed: Typed, problem: string | null = null, at: string | null = null) {
  const { session } = view;
  const back = session.flow ? session.return_url : `/p/session/${session.id}`;
  return page(
    "Payment method",
    html`<div><p class="quiet">${back ? html`<a href="${back}">← Back</a>` : ""}</p><h1>Change the payment method</h1>
<p>${cardWords(view)}</p>${testCards(path)}</div>
<div>${alert(problem)}<form method="post" action="${path}" aria-label="Payment method">${cardFields(typed, at)}<button class="main">Save card</button></form></div>`,
    { status: problem ? 402 : 200, columns: 2 },
  );
}

const SAID: Record<string, string> = {
  cancel: "Your subscription ends with its period.",
  resume: "Your subscription goes on.",
  card: "Your card was saved.",
};

function show(engine: Engine, view: View, said: string | null): Promise<Response> {
  const { session, customer, subscriptions } = view;
  const words = said !== null && Object.hasOwn(SAID, said) ? SAID[said] : null;
  return page(
    "Billing",
    html`<div>${session.return_url ? html`<p class="quiet"><a href="${session.return_url}">← Return to Foyer</a></p>` : ""}
<h1>${customer.name ?? customer.email ?? "Billing"}</h1>${words ? html`<p class="good" role="status">${words}</p>` : ""}</div>
<section aria-labelledby="plan"><h2 id="plan">Current plan</h2>${subscriptions.length > 0 ? subscriptions.map((one) => planOf(engine, one)) : html`<p>There is no subscription.</p>`}</section>
<section aria-labelledby="card"><h2 id="card">Payment method</h2><p>${cardWords(view)}</p><p><a href="/p/session/${session.id}/payment-method">Change the payment method</a></p></section>
<section aria-labelledby="customer"><h2 id="customer">Billing details</h2><dl><dt>Email</dt><dd>${customer.email ?? "none"}</dd>${view.taxIds.map(
      ({ type, value }) => html`<dt>${type.replaceAll("_", " ").toUpperCase()}</dt><dd>${value}</dd>`,
    )}</dl></section>
<section aria-labelledby="invoices"><h2 id="invoices">Invoices</h2>${invoicesOf(view)}</section>`,
  );
}

function cardWords({ defaultCard }: CustomerView): string {
  if (!defaultCard?.card) return "There is no card on file.";
  const { brand, last4, exp_month, exp_year } = defaultCard.card;
  return `${brand} ending in ${last4}, expires ${String(exp_month).padStart(2, "0")}/${exp_year}`;
}

function planOf(engine: Engine, subscription: Subscription): Markup {
  const item = subscription.items.data.find(({ price }) => price.recurring?.usage_type !== "metered");
  const price = item?.price;
  const renews = item?.current_period_end ?? 0;
  const ends = subscription.cancel_at ?? (subscription.cancel_at_period_end ? renews : null);
  const button = ends !== null ? ["resume", "Don't cancel subscription"] : ["cancel", "Cancel subscription"];
  return html`<div><p><strong>${price ? engine.productName(price) : subscription.id}</strong> ${price?.unit_amount ? `${money(price.unit_amount, price.currency)} per month` : ""} (${subscription.status.replaceAll("_", " ")})</p>
<p>${ends === null ? `Renews on ${day(renews)}.` : `Ends on ${day(ends)}.`}</p>
<form method="post"><input type="hidden" name="subscription" value="${subscription.id}"><button name="do" value="${button[0]}">${button[1]}</button></form></div>`;
}

function invoicesOf({ invoices }: CustomerView): Markup {
  if (invoices.length === 0) return html`<p>There are no invoices yet.</p>`;
  return html`<table><thead><tr><th scope="col">Date</th><th scope="col">Number</th><th scope="col">Status</th><th scope="col">Amount</th></tr></thead><tbody>${invoices.map(
    (invoice) =>
      html`<tr><td>${day(invoice.created)}</td><td><a href="/i/${invoice.id}">${invoice.number ?? invoice.id}</a></td><td>${invoice.status}</td><td>${money(invoice.total, invoice.currency)}</td></tr>`,
  )}</tbody></table>`;
}
