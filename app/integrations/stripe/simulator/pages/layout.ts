// The frame of the hosted pages: plain HTML without scripts, marked as a simulator, readable without styles.
import { html, raw } from "hono/html";

export type Markup = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5dbe1, #3c4257); --quiet: light-dark(#515b66, #b3bcc9); --accent: #4b45c6; --bad: light-dark(#b3093c, #ff8fa8); --good: light-dark(#05603a, #7bd8ae); --side: light-dark(#f6f8fa, #14171f); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #1a1d26); color: light-dark(#1a1f36, #f2f4f8); }
.mark { margin: 0; padding: 8px 16px; background: #4b45c6; color: #fff; font-size: 14px; text-align: center; }
main { max-width: 960px; margin: 0 auto; padding: 32px 16px 64px; display: grid; gap: 32px; }
@media (min-width: 800px) { main.two { grid-template-columns: 1fr 1fr; align-items: start; gap: 64px; } }
h1 { font-size: 28px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 24px 0 8px; }
.sum { font-size: 36px; font-weight: 600; margin: 8px 0; font-variant-numeric: tabular-nums; }
p { margin: 8px 0; overflow-wrap: anywhere; }
.quiet, dt, caption, small { color: var(--quiet); font-size: 14px; }
a { color: light-dark(#4b45c6, #a5a1ff); }
form { display: grid; gap: 16px; margin: 0; }
fieldset { border: 0; padding: 0; margin: 0; display: grid; gap: 12px; }
legend { font-weight: 600; padding: 0; margin-bottom: 8px; }
label { display: grid; gap: 4px; font-size: 14px; }
input, select { min-height: 44px; padding: 0 12px; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; font: inherit; font-size: 16px; width: 100%; }
input[aria-invalid=true] { border-color: var(--bad); }
:focus-visible { outline: 3px solid #8f8af0; outline-offset: 2px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; align-items: end; }
button { min-height: 44px; padding: 0 16px; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
button.main { background: #4b45c6; border-color: #4b45c6; color: #fff; }
.bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 8px; }
th, td { text-align: left; padding: 8px 8px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
th:last-child, td:last-child { text-align: right; padding-right: 0; white-space: nowrap; }
tfoot th, tfoot td { font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
section { border-top: 1px solid var(--line); padding-top: 16px; }
section:first-child { border-top: 0; padding-top: 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 8px 0; }
dd { margin: 0; overflow-wrap: anywhere; }
`;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Forms end on the shop's pages, so their targets stay open.
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
};

/** @param columns two: what it is about beside what to do */
export async function page(
  title: string,
  body: Markup,
  options: { status?: number; columns?: 1 | 2 } = {},
): Promise<Response> {
  const { status = 200, columns = 1 } = options;
  const whole = await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Simulator</title><style>${raw(STYLE)}</style></head>
<body><header class="mark"><strong>Simulator</strong> of Stripe: no money moves, only test cards are taken.</header>
<main class="${columns === 2 ? "two" : ""}">${body}</main></body></html>`;
  return new Response(String(whole), { status, headers: HEADERS });
}

export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

/** @param amount in the currency's smallest unit */
export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() }).format(amount / 100);
}

/** @param unix seconds */
export function day(unix: number): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" }).format(unix * 1000);
}

/** What went wrong, announced to screen readers. */
export const alert = (words: string | null): Markup | string =>
  words === null ? "" : html`<p class="bad" role="alert">${words}</p>`;

export interface FieldOptions {
  name: string;
  label: string;
  value?: string;
  type?: "text" | "email";
  autocomplete?: string;
  placeholder?: string;
  numeric?: boolean;
  required?: boolean;
  /** The field at fault. */
  invalid?: boolean;
}

export function field(options: FieldOptions): Markup {
  const {
    name,
    label,
    value = "",
    type = "text",
    autocomplete = "off",
    placeholder = "",
    numeric,
    required,
    invalid,
  } = options;
  return html`<label for="${name}">${label}<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" placeholder="${placeholder}"${raw(
    `${numeric ? ' inputmode="numeric"' : ""}${required ? " required" : ""}${invalid ? ' aria-invalid="true"' : ""}`,
  )}></label>`;
}
