// The mails of local mode: raw files in a folder, parsed once, newest first.
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";

export interface Mail {
  id: string;
  receivedAt: string;
  from: string;
  to: string[];
  /** Addresses that replies go to. */
  replyTo: string[];
  subject: string;
  text: string;
  html: string | null;
  /** Absolute http(s) addresses in the mail, in order, each once. */
  links: string[];
}

export interface MailStore {
  add(raw: Uint8Array, recipients: string[]): Promise<Mail>;
  /** Newest first; `to` picks one recipient, whatever its case. */
  list(to?: string): Mail[];
  find(id: string): Mail | undefined;
}

const KEPT = 1000;

/** Opens the folder and reads the mails of earlier starts. */
export async function openMailStore(dir: string): Promise<MailStore> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const mails: Mail[] = [];
  for (const file of readdirSync(dir)
    .filter((name) => name.endsWith(".eml"))
    .sort()) {
    mails.unshift(await parse(file.slice(0, -4), readFileSync(join(dir, file))));
  }
  return {
    add: async (raw, recipients) => {
      const id = `${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${randomBytes(4).toString("hex")}`;
      // The envelope's recipients, blind copies among them, are kept with the mail.
      const file = Buffer.concat([Buffer.from(`X-Envelope-To: ${recipients.join(", ")}\r\n`), raw]);
      const mail = await parse(id, file);
      writeFileSync(join(dir, `${id}.part`), file, { mode: 0o600 });
      renameSync(join(dir, `${id}.part`), join(dir, `${id}.eml`));
      mails.unshift(mail);
      for (const old of mails.splice(KEPT)) rmSync(join(dir, `${old.id}.eml`), { force: true });
      return mail;
    },
    list: (to) => {
      const wanted = to?.trim().toLowerCase();
      return wanted ? mails.filter((mail) => mail.to.some((address) => address.toLowerCase() === wanted)) : [...mails];
    },
    find: (id) => mails.find((mail) => mail.id === id),
  };
}

async function parse(id: string, raw: Uint8Array): Promise<Mail> {
  const mail = await PostalMime.parse(raw);
  const envelope = mail.headers.find((header) => header.key === "x-envelope-to")?.value ?? "";
  const [, day, hour, minute, second, ms] = /^(.{10})T(\d\d)-(\d\d)-(\d\d)-(\d{3})/.exec(id) ?? [];
  const html = mail.html ?? null;
  return {
    id,
    receivedAt: day ? `${day}T${hour}:${minute}:${second}.${ms}Z` : new Date(0).toISOString(),
    from: mail.from?.address ?? "",
    to: envelope
      .split(",")
      .map((address) => address.trim())
      .filter(Boolean),
    replyTo: (mail.replyTo ?? []).map(({ address }) => address ?? "").filter(Boolean),
    subject: mail.subject ?? "",
    text: mail.text ?? "",
    html,
    links: linksOf(html, mail.text ?? ""),
  };
}

function linksOf(html: string | null, text: string): string[] {
  const found = html
    ? [...html.matchAll(/href\s*=\s*["'](https?:[^"']+)["']/gi)].map((match) =>
        (match[1] ?? "").replaceAll("&amp;", "&"),
      )
    : (text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? []);
  return [...new Set(found)];
}
