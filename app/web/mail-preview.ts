// A mail as a page in a frame of ours: who wrote it and about what, as a mailbox shows it, over its own markup and
// images; no script, no form, nothing of the app in reach.
import { escapeHtml } from "#app/domain/mail/markup.ts";
import type { Preview } from "#app/domain/sequences/letters.ts";
import { DraftStep } from "#app/domain/sequences/sequences.schema.ts";
import { AppError } from "#app/platform/errors.ts";
import { readForm } from "./forms.ts";

const POLICY = "default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/** The mail as a page, whose links lead nowhere: a sandbox opens no tabs. */
export function mailPreview({ from, subject, html }: Preview): Response {
  const page = html
    .replace("<head>", '<head><base target="_blank">')
    .replace(/<body[^>]*>/, (body) => body + mailboxHead(from, subject));
  return new Response(page, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "x-frame-options": "SAMEORIGIN",
      "cache-control": "no-store",
    },
  });
}

/** In no theme's colours: it isn't part of the mail, and a mailbox has its own. */
function mailboxHead(from: string, subject: string): string {
  const line = (name: string, value: string, style = "") =>
    `<div style="display:flex;gap:12px"><span style="flex:none;width:60px;color:#57534e">${name}</span><span style="min-width:0;overflow-wrap:anywhere;${style}">${escapeHtml(value)}</span></div>`;
  return `<header style="position:sticky;top:0;padding:12px 16px;background:#ffffff;border-bottom:1px solid #d6d3d1;font:14px/1.6 system-ui,sans-serif;color:#1c1917">${line("From", from)}${line("Subject", subject || "–", "font-weight:600")}</header>`;
}

/** The step that is being typed. @throws AppError invalid where the form holds something else */
export async function readDraft(request: Request): Promise<DraftStep> {
  const draft = DraftStep.safeParse(Object.fromEntries(await readForm(request)));
  if (draft.success) return draft.data;
  throw new AppError("invalid", "This is no text of a mail.", { cause: draft.error });
}
