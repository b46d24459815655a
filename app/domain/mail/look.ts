// A letter in somebody's brand: their name or logo above it, their colours, and under it who wrote it and how to end it.
import { escapeHtml, paragraphHtml } from "./markup.ts";

/** Colours as `#rrggbb`, taken from a checked theme. */
export interface MailLook {
  /** Whose letter it is. */
  name: string;
  /** Absolute address; null: the name stands in its place. */
  logoUrl: string | null;
  page: string;
  surface: string;
  line: string;
  ink: string;
  muted: string;
  accent: string;
  onAccent: string;
  /** CSS pixels. */
  radius: number;
  /** Stack of font families. */
  font: string;
}

interface BrandedLetter {
  subject: string;
  paragraphs: string[];
  action?: { label: string; url: string };
  /** Small print: why one gets it, and the way to get no more. */
  footer?: { lines: readonly string[]; link: { label: string; url: string } };
}

/** The letter as a whole page of HTML: tables and inline styles, as mail programs understand them. */
export function brandedHtml({ subject, paragraphs, action, footer }: BrandedLetter, look: MailLook): string {
  const { page, surface, line, ink, muted, accent, onAccent, radius } = look;
  const head = look.logoUrl
    ? `<img src="${escapeHtml(look.logoUrl)}" alt="${escapeHtml(look.name)}" height="36" style="height:36px;max-width:220px;border:0;display:block">`
    : `<span style="font-size:18px;font-weight:600;color:${ink}">${escapeHtml(look.name)}</span>`;
  const body = paragraphs.map((text) => `<p style="margin:0 0 16px">${paragraphHtml(text)}</p>`).join("");
  const button = action
    ? `<p style="margin:24px 0 8px"><a href="${escapeHtml(action.url)}" style="background:${accent};color:${onAccent};padding:12px 20px;border-radius:${radius}px;text-decoration:none;font-weight:600;display:inline-block">${escapeHtml(action.label)}</a></p>`
    : "";
  const small = footer
    ? `<div style="padding:16px 4px 0;color:${muted};font-size:13px;line-height:1.5">${footer.lines
        .map((text) => `<p style="margin:0 0 8px">${escapeHtml(text)}</p>`)
        .join(
          "",
        )}<p style="margin:0"><a href="${escapeHtml(footer.link.url)}" style="color:${muted};text-decoration:underline">${escapeHtml(footer.link.label)}</a></p></div>`
    : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light"><title>${escapeHtml(subject)}</title></head><body style="margin:0;background:${page};font-family:${escapeHtml(look.font)};font-size:16px;line-height:1.5;color:${ink}"><div style="max-width:560px;margin:0 auto;padding:32px 16px"><div style="padding:0 4px 16px">${head}</div><div style="background:${surface};border:1px solid ${line};border-radius:${radius}px;padding:28px 24px 20px;overflow-wrap:anywhere">${body}${button}</div>${small}</div></body></html>`;
}
