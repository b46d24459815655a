import DNS from "dns2";
import { describe, expect, test } from "vitest";
import { answersTo, parsePacket, questionPacket, verdictOf } from "#app/integrations/dns/packets.ts";
import { answerPacket, resourceOf } from "#app/integrations/dns/simulator-packets.ts";

const question = questionPacket("acme.example.com", "A", true);
const address = { name: "acme.example.com", type: "A", content: "192.0.2.1", ttl: 60 };

/** An answer to the question as it comes over the wire. */
function answered(rcode: number, change: (answer: DNS.Packet) => void = () => {}): Buffer {
  const answer = answerPacket(question, rcode);
  answer.questions = question.questions.map((asked) => new DNS.Packet.Question(asked));
  change(answer);
  return answer.toBuffer();
}
const read = (bytes: Buffer): DNS.Packet => {
  const packet = parsePacket(bytes);
  if (!packet) throw new Error("unreadable");
  return packet;
};
const withAddress = (answer: DNS.Packet): void => {
  answer.answers = [resourceOf(address)].filter((resource) => resource !== null);
};

describe("answers", () => {
  test("are taken with the question's id, name and type only", () => {
    expect(answersTo(read(answered(0)), question)).toBe(true);
    const other = (change: (question: DNS.Packet.Question) => void) =>
      answersTo(read(answered(0, ({ questions }) => questions.forEach(change))), question);
    expect(other((asked) => Object.assign(asked, { name: "evil.example.com" }))).toBe(false);
    expect(other((asked) => Object.assign(asked, { name: "ACME.example.com" }))).toBe(true);
    expect(other((asked) => Object.assign(asked, { type: DNS.Packet.TYPE.TXT }))).toBe(false);
    expect(answersTo(read(answered(0, ({ header }) => Object.assign(header, { id: header.id ^ 1 }))), question)).toBe(
      false,
    );
    expect(answersTo(question, question)).toBe(false);
  });

  test("without a question only where the server couldn't read it", () => {
    const bare = (rcode: number) =>
      answersTo(read(answered(rcode, (answer) => Object.assign(answer, { questions: [] }))), question);
    expect([bare(0), bare(3), bare(1), bare(4)]).toEqual([false, false, true, true]);
  });

  test("cut off in a record are none", () => {
    const whole = answered(0, withAddress);
    const bare = answered(0, (answer) => {
      withAddress(answer);
      answer.additionals = [];
    });
    expect(verdictOf(read(whole), "A")).toMatchObject({ kind: "answered" });
    expect(parsePacket(bare.subarray(0, -2))).toBeNull();
  });
});

describe("how long a name may be remembered as missing", () => {
  const missing = (ttl: number, minimum: number) =>
    verdictOf(
      read(
        answered(3, (answer) => {
          const content = `ns1.example.com hostmaster.example.com 1 2 3 4 ${minimum}`;
          const soa = resourceOf({ name: "example.com", type: "SOA", content, ttl });
          answer.authorities = soa ? [soa] : [];
        }),
      ),
      "A",
    );

  test("is the SOA's minimum, or its TTL where that is less", () => {
    expect(missing(3600, 60)).toEqual({ kind: "nxdomain", negativeTtl: 60 });
    expect(missing(30, 60)).toEqual({ kind: "nxdomain", negativeTtl: 30 });
  });

  test("isn't known without an SOA", () => {
    expect(verdictOf(read(answered(3)), "A")).toEqual({ kind: "nxdomain", negativeTtl: null });
  });
});
