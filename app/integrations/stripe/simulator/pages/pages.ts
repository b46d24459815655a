// The hosted pages of the simulator: which path shows what.
import { html } from "hono/html";
import type { Engine } from "../engine.ts";
import { StripeFailure } from "../errors.ts";
import type { HostedPages } from "../server.ts";
import { testCards } from "./card-form.ts";
import { checkoutPage } from "./checkout.ts";
import { invoicePage } from "./invoice.ts";
import { page, redirect } from "./layout.ts";
import { portalPage } from "./portal.ts";

/** Answers for the paths of hosted pages; null for all others. */
export const hostedPages: HostedPages = async (request, engine) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/healthz") return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
  if (pathname === "/") return welcome();
  const [, kind, id, rest] = /^\/(c\/pay|p\/session|i|3ds)\/([\w-]+)(?:\/([\w/-]+))?$/.exec(pathname) ?? [];
  if (!kind || !id) return null;
  if (!["GET", "HEAD", "POST"].includes(request.method))
    return new Response(null, { status: 405, headers: { allow: "GET, POST" } });
  try {
    return (await PAGES[kind]?.(engine, request, id, rest)) ?? (await problem("There is no such page.", 404));
  } catch (error) {
    if (error instanceof StripeFailure) return problem(error.message, error.status);
    throw error;
  }
};

type Page = (engine: Engine, request: Request, id: string, rest: string | undefined) => Promise<Response | null>;
const PAGES: Record<string, Page> = {
  "c/pay": checkoutPage,
  "p/session": portalPage,
  i: invoicePage,
  // Where the API sends a payment's holder; the page of the invoice asks.
  "3ds": async (engine, _request, id) => {
    const invoice = engine.invoiceOfIntent(id);
    return invoice === null ? null : redirect(`/i/${invoice}/confirm`);
  },
};

const problem = (words: string, status: number): Promise<Response> =>
  page("Not possible", html`<div><h1>${words}</h1></div>`, { status });

function welcome(): Promise<Response> {
  return page(
    "Stripe",
    html`<div><h1>Stripe, simulated</h1>
<p>Foyer runs without a Stripe account here, so it talks to this simulator of Stripe's API. Its state is kept in the data folder.</p>
<p>Choose a plan in Foyer, and its checkout opens here. What happens is told to Foyer by signed webhooks, as Stripe does it.</p></div>${testCards("/")}`,
  );
}
