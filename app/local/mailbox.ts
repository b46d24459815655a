// The mailbox of local mode: an SMTP server that keeps what it receives, and pages and JSON to read it.
// Usage: node app/local/mailbox.ts <dataDir> <page port> <smtp port>
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { SMTPServer } from "smtp-server";
import { loadEnv } from "#app/platform/env.ts";
import { signedHeaders } from "#app/platform/standard-webhooks.ts";
import { mailPage, mailsPage } from "./mailbox-pages.ts";
import { type Mail, type MailStore, openMailStore } from "./mailbox-store.ts";
import { LOOPBACK } from "./ports.ts";

const MAX_MAIL_BYTES = 25 * 1024 * 1024;
/** A mail is shown in a sandboxed frame: no script, no form, nothing of ours in reach; its links open a new tab. */
const MAIL_POLICY =
  "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox";
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface Mailbox {
  close(): Promise<void>;
}

/** Where a reply is told of, as a mail provider would. */
export interface Inbound {
  url: string;
  secret: string;
}

export interface MailboxOptions {
  dir: string;
  port: number;
  smtpPort: number;
  /** Left out or null: nobody hears of replies. */
  inbound?: Inbound | null;
}

/** Opens both ports on loopback; resolves when they listen. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = await openMailStore(options.dir);
  const smtp = smtpServer(store);
  await new Promise<void>((done, failed) => {
    smtp.once("error", failed);
    smtp.listen(options.smtpPort, LOOPBACK, () => done());
  });
  const web = await new Promise<ReturnType<typeof serve>>((done) => {
    const server = serve(
      { fetch: mailboxApp(store, options.inbound ?? null).fetch, hostname: LOOPBACK, port: options.port },
      () => done(server),
    );
  });
  return {
    close: async () => {
      await Promise.all([new Promise<void>((done) => smtp.close(done)), new Promise((done) => web.close(done))]);
    },
  };
}

function smtpServer(store: MailStore): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    size: MAX_MAIL_BYTES,
    logger: false,
    onData: (stream, session, callback) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.once("error", callback);
      stream.once("end", () => {
        if (stream.sizeExceeded)
          return callback(Object.assign(new Error("The mail is too large."), { responseCode: 552 }));
        const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
        store.add(Buffer.concat(parts), recipients).then(() => callback(), callback);
      });
    },
  });
}

function mailboxApp(store: MailStore, inbound: Inbound | null): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    // Only by its own names: a page elsewhere can't reach the mails through a name that it points at loopback.
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(c.req.header("host") ?? "")) return c.text("Not here.", 421);
    await next();
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cache-control", "no-store");
    if (!c.res.headers.has("content-security-policy")) c.header("content-security-policy", PAGE_POLICY);
  });
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/api/messages", (c) => c.json(store.list(c.req.query("to"))));
  app.get("/", (c) => c.html(mailsPage(store.list(c.req.query("to")), c.req.query("to") ?? "")));
  app.get("/messages/:id", (c) => {
    const mail = store.find(c.req.param("id"));
    return mail ? c.html(mailPage(mail, inbound && mail.replyTo.length > 0 ? "offered" : "none")) : c.notFound();
  });
  app.post("/messages/:id/reply", async (c) => {
    const mail = store.find(c.req.param("id"));
    if (!mail || !inbound) return c.notFound();
    // These pages send no referrer, and so forms no origin: the browser's own word counts.
    if (c.req.header("sec-fetch-site") !== "same-origin") return c.text("Not from here.", 403);
    return c.html(mailPage(mail, (await tellOfReply(inbound, mail)) ? "sent" : "failed"));
  });
  app.get("/messages/:id/html", (c) => {
    const mail = store.find(c.req.param("id"));
    if (!mail?.html) return c.notFound();
    c.header("content-security-policy", MAIL_POLICY);
    return c.html(`<base target="_blank">${mail.html}`);
  });
  return app;
}

async function tellOfReply({ url, secret }: Inbound, { id, to, replyTo, from }: Mail): Promise<boolean> {
  const notice = { to: replyTo.length > 0 ? replyTo : [from], from: to[0] ?? "", message_id: `<reply-${id}@mailbox>` };
  const body = new TextEncoder().encode(JSON.stringify(notice));
  const headers = await signedHeaders({ id: `mail_${id}`, at: new Date(), body }, [secret]);
  return fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

if (import.meta.main) {
  const [dir, port, smtpPort] = process.argv.slice(2);
  if (!dir || !port || !smtpPort) throw new Error("Usage: node app/local/mailbox.ts <folder> <page port> <smtp port>");
  const { mailInboundSecret: secrets, functionsUrl } = loadEnv();
  const [secret] = secrets?.split(",") ?? [];
  const inbound = secret ? { url: `${functionsUrl}/mail-inbound`, secret: secret.trim() } : null;
  const mailbox = await startMailbox({ dir, port: Number(port), smtpPort: Number(smtpPort), inbound });
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "mailbox" }));
  const end = (): void => void mailbox.close().then(() => process.exit(0));
  process.once("SIGTERM", end).once("SIGINT", end);
}
