// The hosted page of an invoice: what it is about, paying it by the card on file or by another, its PDF.
import { html } from "hono/html";
import type { PaymentOutcome } from "../checkout-complete.ts";
import type { Engine, InvoiceView } from "../engine.ts";
import { StripeFailure } from "../errors.ts";
import { beginningOf, cardFields, cardFrom, type Typed, testCards, typedIn } from "./card-form.ts";
import { challengePage } from "./challenge.ts";
import { alert, day, type Markup, money, page, redirect } from "./layout.ts";

/** @param rest what follows /i/{id}/ */
export async function invoicePage(
  engine: Engine,
  request: Request,
  id: string,
  rest: string | undefined,
): Promise<Response | null> {
  const view = engine.findInvoice(id);
  if (!view) return null;
  if (rest === "pdf") return pdf(view);
  if (rest === "confirm") return confirm(engine, request, view);
  if (rest !== undefined) return null;
  if (request.method !== "POST") return show(view, beginningOf(new URL(request.url)));
  const typed = await typedIn(request);
  try {
    const outcome = typed.do === "saved" ? engine.payInvoice(id) : engine.payInvoice(id, cardFrom(typed));
    return after(view, typed, outcome);
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return show(view, typed, error.message, error.body.param ?? null);
  }
}

async function pdf({ invoice, customer }: InvoiceView): Promise<Response> {
  const { invoicePdf } = await import("./invoice-pdf.ts");
  const bytes = await invoicePdf(invoice, customer);
  return new Response(bytes, {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": `attachment; filename="invoice-${invoice.number ?? invoice.id}.pdf"`,
      "cache-control": "no-store",
    },
  });
}

async function confirm(engine: Engine, request: Request, view: InvoiceView): Promise<Response> {
  const { invoice } = view;
  if (invoice.status !== "open") return redirect(`/i/${invoice.id}`);
  if (request.method !== "POST") return challengePage(`${money(invoice.amount_remaining, invoice.currency)} to Foyer`);
  const { answer } = await typedIn(request);
  return after(view, {}, engine.answerInvoiceChallenge(invoice.id, answer === "complete"));
}

function after(view: InvoiceView, typed: Typed, outcome: PaymentOutcome): Response | Promise<Response> {
  if (outcome.status === "paid") return redirect(`/i/${view.invoice.id}`);
  if (outcome.status === "challenge") return redirect(`/i/${view.invoice.id}/confirm`);
  return show(view, typed, outcome.message, outcome.param);
}

function show(
  view: InvoiceView,
  typed: Typed,
  problem: string | null = null,
  at: string | null = null,
): Promise<Response> {
  const { invoice, customer } = view;
  const { currency } = invoice;
  const isOpen = invoice.status === "open";
  return page(
    `Invoice ${invoice.number ?? ""}`,
    html`<div><p class="quiet">Foyer</p><h1>Invoice ${invoice.number ?? invoice.id}</h1>
<p class="sum">${money(isOpen ? invoice.amount_remaining : invoice.total, currency)}</p>
<p class="${invoice.status === "paid" ? "good" : ""}" role="status">${statusWords(view)}</p>
<dl><dt>To</dt><dd>${customer?.name ?? customer?.email ?? ""}</dd><dt>Issued</dt><dd>${day(invoice.created)}</dd></dl>
${lines(view)}<p><a href="/i/${invoice.id}/pdf">Download the invoice (PDF)</a></p>${isOpen ? testCards(`/i/${invoice.id}`) : ""}</div>
${isOpen ? html`<div>${alert(problem)}${saved(view)}<form method="post" action="/i/${invoice.id}" aria-label="Payment">${cardFields(typed, at)}<button class="main" name="do" value="card">Pay ${money(invoice.amount_remaining, currency)}</button></form></div>` : ""}`,
    { status: problem ? 402 : 200, columns: isOpen ? 2 : 1 },
  );
}

function statusWords({ invoice }: InvoiceView): string {
  const { paid_at: paidAt } = invoice.status_transitions;
  if (invoice.status === "paid") return paidAt ? `Paid on ${day(paidAt)}` : "Paid";
  if (invoice.status === "void") return "This invoice was voided.";
  if (invoice.status === "uncollectible") return "This invoice is no longer collected.";
  return invoice.attempted ? "The last payment failed." : "Not paid yet.";
}

function saved({ invoice, card }: InvoiceView): Markup | string {
  if (!card?.card) return "";
  const { brand, last4 } = card.card;
  return html`<form method="post" action="/i/${invoice.id}" aria-label="Card on file"><button class="main" name="do" value="saved">Pay with ${brand} ending in ${last4}</button><p class="quiet">Or by another card:</p></form>`;
}

function lines({ invoice }: InvoiceView): Markup {
  const { currency } = invoice;
  const off = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const row = (name: string, amount: number) =>
    html`<tr><th scope="row">${name}</th><td>${money(amount, currency)}</td></tr>`;
  return html`<table><caption>What it is for</caption><tbody>${invoice.lines.data.map(
    (line) =>
      html`<tr><td>${line.description ?? ""}<br><small>${day(line.period.start)} to ${day(line.period.end)}</small></td><td>${money(line.amount, currency)}</td></tr>`,
  )}</tbody><tfoot>${row("Subtotal", invoice.subtotal)}${off > 0 ? row("Discount", -off) : ""}${row("Total", invoice.total)}${row("Paid", invoice.amount_paid)}${row("Due", invoice.amount_remaining)}</tfoot></table>`;
}
