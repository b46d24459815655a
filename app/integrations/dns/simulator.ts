// A local name server: answers from the zones of a book over UDP and TCP on one loopback port. It can hear of changes
// late, remember answers as resolvers do, and fail in the ways name servers fail.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import { type Packet, parsePacket, RCODE } from "./packets.ts";
import { answerFrom, soaOf, type ZoneAnswer } from "./simulator-answers.ts";
import { answerPacket, ednsSize, resourceOf, typeName } from "./simulator-packets.ts";
import type { ZoneBook } from "./simulator-zones.ts";

export interface DnsFault {
  /** `forge` sends a false answer first; `garbage` bytes that are no message; `truncate` says the answer is too long. */
  effect: "drop" | "servfail" | "refuse" | "formerr_edns" | "garbage" | "forge" | "truncate" | "delay";
  /** Default both. */
  transport?: "udp" | "tcp";
  /** Default without end. */
  times?: number;
  /** From 0 to 1; default always. */
  probability?: number;
  /** For `delay`. */
  ms?: number;
}

export interface DnsSimulatorOptions {
  zones: ZoneBook;
  /** Default any free one. */
  port?: number;
  /** How long after a change it is seen here, in milliseconds; default at once. */
  propagationMs?: number;
  /** Whether answers are remembered for their TTL, negative ones for the zone's minimum; default not. */
  caches?: boolean;
  /** From 0 to below 1. */
  chance?: () => number;
}

export interface DnsSimulator {
  /** `127.0.0.1:port` */
  address: string;
  port: number;
  /** What was asked, oldest first. */
  questions: { name: string; type: string; transport: "udp" | "tcp"; edns: boolean }[];
  fail(...faults: DnsFault[]): void;
  /** From now on it hears of changes so many milliseconds late. */
  delay(propagationMs: number): void;
  /** Ends all faults and forgets all answers. */
  reset(): void;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
const KEPT_QUESTIONS = 10_000;
const PORT_TRIES = 20;

export async function startDnsSimulator(options: DnsSimulatorOptions): Promise<DnsSimulator> {
  const { zones, caches = false, chance = Math.random } = options;
  let { propagationMs = 0 } = options;
  let faults: DnsFault[] = [];
  const questions: DnsSimulator["questions"] = [];
  const remembered = new Map<string, { answer: ZoneAnswer; at: number; seconds: number }>();

  function strikes(transport: "udp" | "tcp", edns: boolean): DnsFault | undefined {
    const fits = ({ transport: only, effect, probability = 1 }: DnsFault) =>
      (only ?? transport) === transport && (effect !== "formerr_edns" || edns) && chance() < probability;
    const fault = faults.find(fits);
    if (fault?.times !== undefined) {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times !== 0);
    }
    return fault;
  }

  /** @returns the answer and the seconds since it was first given */
  function look(name: string, type: string): { answer: ZoneAnswer; age: number } {
    const now = zones.now();
    const known = remembered.get(`${type} ${name}`);
    if (known && now < known.at + known.seconds * 1000)
      return { answer: known.answer, age: Math.floor((now - known.at) / 1000) };
    const answer = answerFrom(zones, name, type, now - propagationMs);
    const seconds = answer.negative?.minimum ?? Math.min(...answer.answers.map(({ ttl }) => ttl), 86_400);
    if (caches && answer.rcode !== "REFUSED") remembered.set(`${type} ${name}`, { answer, at: now, seconds });
    return { answer, age: 0 };
  }

  function reply(request: Packet): Packet {
    const [question] = request.questions;
    if (!question || request.header.opcode !== 0) return answerPacket(request, RCODE.NOTIMP);
    const { answer, age } = look(question.name.toLowerCase(), typeName(question.type));
    const packet = answerPacket(request, RCODE[answer.rcode]);
    const aged = answer.answers.map((record) => ({ ...record, ttl: Math.max(0, record.ttl - age) }));
    packet.answers = aged.map(resourceOf).filter((resource) => resource !== null);
    const soa = answer.negative && resourceOf({ ...soaOf(answer.negative), ttl: answer.negative.minimum - age });
    if (soa) packet.authorities = [soa];
    return packet;
  }

  /** The messages that go out for one that came in. */
  async function serve(bytes: Buffer, transport: "udp" | "tcp"): Promise<Buffer[]> {
    const request = parsePacket(bytes);
    if (request?.header.qr !== 0) return [];
    const edns = ednsSize(request);
    for (const { name, type } of request.questions)
      questions.push({ name, type: typeName(type), transport, edns: edns !== null });
    questions.splice(0, questions.length - KEPT_QUESTIONS);
    const fault = strikes(transport, edns !== null);
    if (fault?.effect === "drop") return [];
    if (fault?.effect === "delay") await new Promise((done) => setTimeout(done, fault.ms ?? 1000));
    if (fault?.effect === "servfail") return [answerPacket(request, RCODE.SERVFAIL).toBuffer()];
    if (fault?.effect === "refuse") return [answerPacket(request, RCODE.REFUSED).toBuffer()];
    if (fault?.effect === "formerr_edns") return [withoutQuestion(answerPacket(request, RCODE.FORMERR)).toBuffer()];
    if (fault?.effect === "garbage") return [Buffer.from([1, 2, 3])];
    const answer = reply(request);
    const whole = answer.toBuffer();
    const cut = transport === "udp" && (fault?.effect === "truncate" || whole.length > (edns ?? 512));
    const sent = cut ? truncated(answer).toBuffer() : whole;
    return fault?.effect === "forge" ? [forged(request), sent] : [sent];
  }

  const { udp, tcp, port } = await listen(options.port ?? 0, serve);
  return {
    address: `${LOOPBACK}:${port}`,
    port,
    questions,
    fail: (...more) => void faults.push(...more.map((fault) => ({ ...fault }))),
    delay(ms) {
      propagationMs = ms;
    },
    reset() {
      faults = [];
      remembered.clear();
    },
    close: async () => {
      await Promise.all([new Promise<void>((done) => udp.close(() => done())), tcp.stop()]);
    },
  };
}

function truncated(answer: Packet): Packet {
  const cut = withoutRecords(answer);
  cut.header.tc = 1;
  return cut;
}

function withoutRecords(answer: Packet): Packet {
  answer.answers = [];
  answer.authorities = [];
  return answer;
}

function withoutQuestion(answer: Packet): Packet {
  answer.questions = [];
  answer.additionals = [];
  return answer;
}

/** An answer as somebody sends it who didn't see the question: another address, and an id that was only guessed. */
function forged(request: Packet): Buffer {
  const answer = answerPacket(request, RCODE.NOERROR);
  const records = request.questions.map(({ name }) => ({ name, type: "A", content: "203.0.113.66", ttl: 86_400 }));
  answer.answers = records.map(resourceOf).filter((resource) => resource !== null);
  const bytes = Buffer.from(answer.toBuffer());
  bytes.writeUInt16BE(request.header.id ^ 0xffff, 0);
  return bytes;
}

type Serve = (bytes: Buffer, transport: "udp" | "tcp") => Promise<Buffer[]>;
interface Listening {
  udp: UdpSocket;
  tcp: { stop(): Promise<void> };
  port: number;
}

/** Binds the same number for both transports. */
async function listen(wanted: number, serve: Serve): Promise<Listening> {
  for (let n = 1; ; n += 1) {
    const udp = await bindUdp(wanted, serve);
    const { port } = udp.address();
    try {
      return { udp, tcp: await bindTcp(port, serve), port };
    } catch (error) {
      await new Promise<void>((done) => udp.close(() => done()));
      if (wanted !== 0 || n === PORT_TRIES) throw error;
    }
  }
}

function bindUdp(port: number, serve: Serve): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  socket.on("message", async (bytes: Buffer, from: RemoteInfo) => {
    // Whoever asked may be gone, and so may we.
    for (const answer of await serve(bytes, "udp")) {
      try {
        socket.send(answer, from.port, from.address, () => {});
      } catch {
        return;
      }
    }
  });
  return new Promise((done, failed) => {
    socket.once("error", failed);
    socket.bind(port, LOOPBACK, () => done(socket.off("error", failed).on("error", () => {})));
  });
}

async function bindTcp(port: number, serve: Serve): Promise<Listening["tcp"]> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    let pending = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
    socket.on("data", async (piece: Buffer) => {
      pending = Buffer.concat([pending, piece]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const size = pending.readUInt16BE(0);
        const bytes = pending.subarray(2, 2 + size);
        pending = pending.subarray(2 + size);
        for (const answer of await serve(bytes, "tcp")) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          if (socket.writable) socket.write(Buffer.concat([length, answer]));
        }
      }
    });
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, LOOPBACK, () => done());
  });
  return {
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
