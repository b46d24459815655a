// The pages of the local mailbox.
import { html, raw } from "hono/html";
import type { Mail } from "./mailbox-store.ts";

type Markup = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#e7e5e4, #44403c); --quiet: light-dark(#57534e, #a8a29e); --accent: light-dark(#1f5b4a, #7fc4ad); }
body { margin: 0 auto; max-width: 960px; padding: 24px 16px; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #1c1917); color: light-dark(#1c1917, #f5f5f4); }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 16px; overflow-wrap: anywhere; }
a { color: var(--accent); }
p, dt, time { color: var(--quiet); }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 4px 16px; padding: 12px 8px; border-bottom: 1px solid var(--line); text-decoration: none; color: inherit; }
li a:hover, li a:focus-visible { background: light-dark(#fafaf9, #292524); }
li span { color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
li strong { overflow-wrap: anywhere; }
time { font-size: 14px; font-variant-numeric: tabular-nums; white-space: nowrap; }
form { display: flex; gap: 8px; margin: 0 0 16px; flex-wrap: wrap; }
input { flex: 1 1 240px; min-height: 40px; padding: 0 12px; border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; font: inherit; }
button { min-height: 40px; padding: 0 16px; border: 0; border-radius: 8px; background: #1f5b4a; color: #fff; font: inherit; }
label { flex-basis: 100%; font-size: 14px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 0 0 16px; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 70vh; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; padding: 16px; border: 1px solid var(--line); border-radius: 8px; }
`;

const time = (iso: string): Markup => html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;

function page(title: string, body: Markup, refresh = false): Markup {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? raw('<meta http-equiv="refresh" content="10">') : ""}<title>${title}</title><style>${raw(STYLE)}</style></head>
<body>${body}</body></html>`;
}

/** The list, newest first; it reloads itself. */
export function mailsPage(mails: Mail[], to: string): Markup {
  const rows = mails.map(
    (
      mail,
    ) => html`<li><a href="/messages/${mail.id}"><strong>${mail.subject || "(no subject)"}</strong>${time(mail.receivedAt)}
<span>to ${mail.to.join(", ")}</span></a></li>`,
  );
  return page(
    "Mailbox",
    html`<main><h1>Mailbox</h1>
<p>Foyer runs locally, so its mails land here and go nowhere else.</p>
<form method="get"><label for="to">Show mails to one address</label><input id="to" name="to" type="email" value="${to}" placeholder="name@example.com"><button>Show</button></form>
${rows.length > 0 ? html`<ul>${rows}</ul>` : html`<p>No mails yet. Sign up or ask for a new password, and the mail appears here.</p>`}</main>`,
    to === "",
  );
}

/**
 * One mail: its HTML in a sandboxed frame, or its text, and its links.
 * @param reply whether a reply would be heard of, or what became of one
 */
export function mailPage(mail: Mail, reply: "none" | "offered" | "sent" | "failed"): Markup {
  return page(
    mail.subject || "(no subject)",
    html`<main><p><a href="/">All mails</a></p><h1>${mail.subject || "(no subject)"}</h1>
${REPLIES[reply](mail)}<dl><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to.join(", ")}</dd><dt>Received</dt><dd>${time(mail.receivedAt)}</dd></dl>
${
  mail.html
    ? html`<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${mail.id}/html"></iframe>`
    : html`<pre>${mail.text}</pre>`
}
${mail.links.length > 0 ? html`<h2>Links in this mail</h2><ul>${mail.links.map((link) => html`<li><a href="${link}" rel="noreferrer">${link}</a></li>`)}</ul>` : ""}</main>`,
  );
}

const REPLIES: Record<Parameters<typeof mailPage>[1], (mail: Mail) => Markup> = {
  none: () => html``,
  offered: (mail) => html`<form method="post" action="/messages/${mail.id}/reply"><button>Reply</button></form>
<p>Whoever wrote it hears that ${mail.to.join(", ")} has replied, as by a mail provider.</p>`,
  sent: () => html`<p role="status">Your reply was handed over.</p>`,
  failed: () => html`<p role="alert">Your reply could not be handed over. Is the app running?</p>`,
};
