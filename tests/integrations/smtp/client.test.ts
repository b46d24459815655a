// Mails as they leave by SMTP: their headers, and what becomes of a recipient whom the server refuses.
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { afterAll, expect, test } from "vitest";
import { createSmtpMailer } from "#app/integrations/smtp/client.ts";
import { freePort } from "#app/local/ports.ts";

const received: Buffer[] = [];
const CODES: Record<string, number> = { "nobody@example.test": 550, "later@example.test": 451 };
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  logger: false,
  onRcptTo: ({ address }, _session, done) => {
    const code = CODES[address];
    done(code ? Object.assign(new Error("no"), { responseCode: code }) : null);
  },
  onData: (stream, _session, done) => {
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.once("end", () => {
      received.push(Buffer.concat(parts));
      done();
    });
  },
});
const port = await freePort();
await new Promise<void>((ready) => void server.listen(port, "127.0.0.1", () => ready()));
const mailer = createSmtpMailer(`smtp://127.0.0.1:${port}`, "Foyer <hello@foyer.test>");
afterAll(async () => {
  mailer.close();
  await new Promise<void>((closed) => void server.close(() => closed()));
});

const mail = {
  to: "ida@example.test",
  subject: "Hello",
  text: "Hello",
  html: "<p>Hello</p>",
  messageId: "<1@foyer.test>",
};
const last = async () => {
  const parsed = await PostalMime.parse(received.at(-1) ?? "");
  return { ...parsed, header: (name: string) => parsed.headers.find(({ key }) => key === name)?.value };
};

test("a mail of somebody's own has our sender and none of the headers of many", async () => {
  await mailer.send(mail);
  const sent = await last();
  expect(sent.from).toMatchObject({ name: "Foyer", address: "hello@foyer.test" });
  for (const name of ["reply-to", "list-unsubscribe", "list-unsubscribe-post", "precedence"])
    expect(sent.header(name)).toBeUndefined();
});

test("one of many carries the sender's name, both reply addresses, and a way out by one click", async () => {
  const unsubscribeUrl = "https://app.foyer.test/api/unsubscribe/0123456789abcdef0123456789abcdef";
  const replyTo = ["office@bloom.test", "reply+0123456789abcdef0123456789abcdef@replies.foyer.test"];
  await mailer.send({ ...mail, fromName: 'Bloom "& Co', replyTo, unsubscribeUrl });
  const sent = await last();
  expect(sent.from).toMatchObject({ name: 'Bloom "& Co', address: "hello@foyer.test" });
  expect(sent.replyTo?.map(({ address }) => address)).toEqual(replyTo);
  expect(sent.header("list-unsubscribe")).toBe(`<${unsubscribeUrl}>`);
  expect(sent.header("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  expect(sent.header("auto-submitted")).toBe("auto-generated");
});

test("a recipient who is refused for good is told apart from one who is refused for now", async () => {
  await expect(mailer.send({ ...mail, to: "nobody@example.test" })).rejects.toMatchObject({
    reason: "recipient_refused",
  });
  const later = mailer.send({ ...mail, to: "later@example.test" });
  await expect(later).rejects.toMatchObject({ responseCode: 451 });
});
