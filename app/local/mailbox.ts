// The mailbox of local mode: an SMTP server that keeps what it receives, and pages and JSON to read it.
// Usage: node app/local/mailbox.ts <dataDir> <page port> <smtp port>
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { SMTPServer } from "smtp-server";
import { mailPage, mailsPage } from "./mailbox-pages.ts";
import { type MailStore, openMailStore } from "./mailbox-store.ts";
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

/** Opens both ports on loopback; resolves when they listen. */
export async function startMailbox(options: { dir: string; port: number; smtpPort: number }): Promise<Mailbox> {
  const store = await openMailStore(options.dir);
  const smtp = smtpServer(store);
  await new Promise<void>((done, failed) => {
    smtp.once("error", failed);
    smtp.listen(options.smtpPort, LOOPBACK, () => done());
  });
  const web = await new Promise<ReturnType<typeof serve>>((done) => {
    const server = serve({ fetch: mailboxApp(store).fetch, hostname: LOOPBACK, port: options.port }, () =>
      done(server),
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

function mailboxApp(store: MailStore): Hono {
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
    return mail ? c.html(mailPage(mail)) : c.notFound();
  });
  app.get("/messages/:id/html", (c) => {
    const mail = store.find(c.req.param("id"));
    if (!mail?.html) return c.notFound();
    c.header("content-security-policy", MAIL_POLICY);
    return c.html(`<base target="_blank">${mail.html}`);
  });
  return app;
}

if (import.meta.main) {
  const [dir, port, smtpPort] = process.argv.slice(2);
  if (!dir || !port || !smtpPort) throw new Error("Usage: node app/local/mailbox.ts <folder> <page port> <smtp port>");
  const mailbox = await startMailbox({ dir, port: Number(port), smtpPort: Number(smtpPort) });
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "mailbox" }));
  const end = (): void => void mailbox.close().then(() => process.exit(0));
  process.once("SIGTERM", end).once("SIGINT", end);
}
