// What becomes of what people write: placeholders, escaping, the way out; and what can't be saved.
import { describe, expect, test } from "vitest";
import { writeLetter } from "#app/domain/mail/letter.ts";
import { operatorLook, operatorName } from "#app/domain/sequences/brand.ts";
import { OPERATOR_DEFAULTS, TENANT_DEFAULT } from "#app/domain/sequences/defaults.ts";
import { replyIn } from "#app/domain/sequences/replies.ts";
import { OperatorStep, SaveOperatorStep, SaveTenantStep, TenantStep } from "#app/domain/sequences/sequences.schema.ts";
import { fill, writeStep } from "#app/domain/sequences/writing.ts";

const values = { name: "Ida", company: "Bloom & Co", trial_ends: "Friday", link: "https://foyer.test/home?a=1&b=2" };
const look = operatorLook({ mailFrom: '"Foyer" <hello@foyer.test>' });
const write = (
  step: { subject?: string; body?: string; button?: string },
  over: Partial<typeof values> = {},
  postalAddress: string | null = null,
) =>
  writeLetter(
    writeStep({
      step: { subject: "Hello", body: "Hello", button: "", ...step },
      values: { ...values, ...over },
      look,
      sender: "operator",
      postalAddress,
      unsubscribeUrl: "https://foyer.test/unsubscribe/abc",
    }),
  );

describe("a step as a mail", () => {
  test("fills placeholders in subject, text and button's address, in paragraphs and lines", () => {
    const { subject, text, html } = write({
      subject: "{company}: until {trial_ends}",
      body: "Hello {name},\r\n\r\none\ntwo\n \nSee {link}",
      button: "Open",
    });
    expect(subject).toBe("Bloom & Co: until Friday");
    expect(text.split("\n\n").slice(0, 4)).toEqual([
      "Hello Ida,",
      "one\ntwo",
      "See https://foyer.test/home?a=1&b=2",
      "Open: https://foyer.test/home?a=1&b=2",
    ]);
    expect(html).toContain("one<br>two");
    expect(html).toContain('href="https://foyer.test/home?a=1&#38;b=2"');
  });

  test("escapes whatever it is made of, and fills in no placeholder that came with a value", () => {
    const evil = '"><script>alert(1)</script>';
    const { html, subject } = write(
      { subject: evil, body: `${evil}\n\n{name}`, button: evil },
      { name: `${evil}{link}`, link: `https://x.test/${evil}` },
    );
    expect(html).not.toContain("<script");
    expect(html.match(/\{link\}/g)).toHaveLength(1);
    expect(subject).toBe(evil);
    expect(write({ subject: "{company}" }, { company: "a\r\nBcc: b@c.test" }).subject).toBe("a Bcc: b@c.test");
  });

  test("says why one gets it and how to get no more, in both forms", () => {
    const { text, html } = write({});
    for (const form of [text, html]) {
      expect(form).toContain("You get this because you signed up");
      expect(form).toContain("https://foyer.test/unsubscribe/abc");
    }
  });

  test("carries the sender's postal address under it where one is known, as text", () => {
    const address = "Bloom & Co <script>, {name} 1, 12345 Town";
    const { text, html } = write({}, {}, address);
    expect(text).toContain(`\n${address}\nNo more mails like this: `);
    expect(html).toContain(">Bloom &#38; Co &#60;script&#62;, {name} 1, 12345 Town</p>");
    expect(html).not.toContain("<script");
    expect(write({}).html.match(/<p style="margin:0 0 8px">/g)).toHaveLength(1);
  });

  test("leaves no hole where the name isn't known", () => {
    const unnamed = { ...values, name: "" };
    expect(fill("Hello {name},", unnamed)).toBe("Hello,");
    expect(fill("{name}, your trial ends", unnamed)).toBe("Your trial ends");
    expect(fill("Is that you, {name}?", unnamed)).toBe("Is that you?");
  });

  test("comes from the operator's name", () => {
    expect(operatorName({ mailFrom: '"Front desk" <a@b.test>' })).toBe("Front desk");
    expect(operatorName({ mailFrom: "a@b.test" })).toBe("b.test");
  });
});

describe("what is saved", () => {
  const form = {
    ...{ known: TENANT_DEFAULT.id, step: "one", amount: "2", unit: "days", condition: "always" },
    ...{ subject: "Hello {name}", body: "Hello", link: "site" },
  };
  const messages = (
    over: Partial<typeof form>,
    schema: typeof SaveTenantStep | typeof SaveOperatorStep = SaveTenantStep,
  ) => schema.safeParse({ ...form, ...over }).error?.issues.map(({ message }) => message) ?? [];

  test("holds no placeholder that stands for nothing, nor a brace left open", () => {
    expect(messages({})).toEqual([]);
    expect(messages({ body: "Dear {nmae}, {nmae} {company}" })).toEqual([
      "{nmae} stands for nothing. You can use {name}, {company}, {link}.",
    ]);
    expect(messages({ subject: "{name" })).toHaveLength(1);
    expect(messages({ body: "until {trial_ends}" })).toHaveLength(1);
    expect(messages({ body: "until {trial_ends}", link: "home" }, SaveOperatorStep)).toEqual([]);
  });

  test("waits no longer than 90 days and has one line of subject", () => {
    expect(messages({ amount: "91" })).toEqual(["Wait 90 days at most."]);
    expect(messages({ amount: "-1" })).toHaveLength(1);
    expect(messages({ subject: "one\ntwo" })).toEqual(["Keep the subject on one line."]);
    expect(messages({ condition: "no_widget" })).toHaveLength(1);
  });

  test("the sequences that come with it could have been saved", () => {
    for (const { steps } of OPERATOR_DEFAULTS) for (const step of steps) OperatorStep.parse(step);
    for (const step of TENANT_DEFAULT.steps) TenantStep.parse(step);
    const keys = [...OPERATOR_DEFAULTS, TENANT_DEFAULT].flatMap(({ steps, id }) =>
      steps.map(({ key }) => `${id} ${key}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("a mail that comes in", () => {
  const token = "0123456789abcdef0123456789abcdef";
  test("is a reply where it is to one of our addresses, however that is written", () => {
    expect(replyIn({ to: `reply+${token}@replies.test`, from: "ida@visitor.test" })).toEqual({ tokens: [token] });
    const several = ["office@a.test", `Front <Reply+${token.toUpperCase()}@Replies.test>`];
    expect(replyIn({ to: several, from: "Ida <ida@visitor.test>", auto_submitted: "no" })).toEqual({ tokens: [token] });
    expect(replyIn({ to: "office@a.test", from: "ida@visitor.test" })).toBeNull();
    expect(replyIn({ to: `reply+${token}0@replies.test`, from: "ida@visitor.test" })).toBeNull();
  });

  test("is none where a machine wrote it", () => {
    const to = `reply+${token}@replies.test`;
    expect(replyIn({ to, from: "ida@visitor.test", auto_submitted: "auto-replied" })).toBeNull();
    for (const from of [
      "MAILER-DAEMON@mx.test",
      "Postmaster <postmaster@mx.test>",
      "no-reply@x.test",
      "bounces+1@x.test",
    ])
      expect(replyIn({ to, from })).toBeNull();
    expect(() => replyIn({ from: "x" })).toThrow("to, from");
  });
});
