// One name server asked over real DNS: UDP, TCP where the answer is too long for it, a time limit for each try, and tries.
// RFC 1035 §4.2, RFC 7766 (TCP), RFC 6891 §7 (servers without EDNS), RFC 5452 (forged answers).
import { createSocket } from "node:dgram";
import { connect, isIP } from "node:net";
import { plainName } from "#app/domain/provisioning/dns-records.ts";
import type { DnsResolver, DnsVerdict } from "#app/domain/provisioning/ports.ts";
import { answersTo, type Packet, parsePacket, questionPacket, RCODE, verdictOf } from "./packets.ts";

export interface DnsResolverOptions {
  /** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
  server: string;
  /** What people call it; default its address. */
  name?: string;
  /** Of one try, in milliseconds; default 2 s. */
  timeoutMs?: number;
  /** Default 3. */
  tries?: number;
}

const TIMEOUT_MS = 2_000;
const TRIES = 3;

/** @throws Error where the server is no address */
export function createDnsResolver(options: DnsResolverOptions): DnsResolver {
  const server = parseServer(options.server);
  const { timeoutMs = TIMEOUT_MS, tries = TRIES } = options;
  return {
    name: options.name ?? options.server,
    async ask({ name, type }, signal) {
      let edns = true;
      let verdict: DnsVerdict = { kind: "timeout" };
      for (let n = 0; n < tries; n += 1) {
        signal?.throwIfAborted();
        const question = questionPacket(plainName(name), type, edns);
        const answer = await exchange(server, question, timeoutMs, signal);
        if (!answer) continue;
        if (edns && (answer.header.rcode === RCODE.FORMERR || answer.header.rcode === RCODE.NOTIMP)) {
          edns = false;
          n -= 1;
          continue;
        }
        verdict = verdictOf(answer, type);
        if (verdict.kind !== "servfail" || verdict.rcode !== "SERVFAIL") return verdict;
      }
      signal?.throwIfAborted();
      return verdict;
    },
  };
}

interface Server {
  host: string;
  port: number;
}

function parseServer(text: string): Server {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const dotted = /^([\d.]+)(?::(\d+))?$/.exec(text);
  const [, host = text, port = "53"] = bracketed ?? dotted ?? [];
  if (isIP(host) === 0 || Number(port) < 1 || Number(port) > 65_535)
    throw new Error(`'${text}' is no name server's address. Write 192.0.2.1 or 192.0.2.1:53.`);
  return { host, port: Number(port) };
}

/** Null: no answer in time, over neither transport. */
async function exchange(
  server: Server,
  question: Packet,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Packet | null> {
  const answer = await overUdp(server, question, timeoutMs, signal);
  return answer?.header.tc === 1 ? overTcp(server, question, timeoutMs, signal) : answer;
}

type Settle = (answer: Packet | null) => void;

/** Runs a conversation until it settles, its time is up or nobody waits any more. @param begin returns how to end it */
function converse(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  begin: (settle: Settle) => () => void,
): Promise<Packet | null> {
  return new Promise((done) => {
    let settled = false;
    const settle: Settle = (answer) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      end();
      done(answer);
    };
    const giveUp = () => settle(null);
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    const end = begin((answer) => queueMicrotask(() => settle(answer)));
  });
}

function overUdp({ host, port }: Server, question: Packet, timeoutMs: number, signal: AbortSignal | undefined) {
  return converse(timeoutMs, signal, (settle) => {
    const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
    // Nobody is there: the system says so.
    socket.on("error", () => settle(null));
    socket.on("message", (bytes) => {
      const answer = parsePacket(bytes);
      // Anything else is forged or late: the true answer may yet come.
      if (answer && answersTo(answer, question)) settle(answer);
    });
    // A connected socket hears only that server.
    socket.connect(port, host, () => socket.send(question.toBuffer(), () => {}));
    return () => socket.close();
  });
}

function overTcp({ host, port }: Server, question: Packet, timeoutMs: number, signal: AbortSignal | undefined) {
  return converse(timeoutMs, signal, (settle) => {
    const socket = connect(port, host);
    let received = Buffer.alloc(0);
    socket.on("error", () => settle(null));
    socket.on("close", () => settle(null));
    socket.on("data", (piece) => {
      received = Buffer.concat([received, piece]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = parsePacket(received.subarray(2, 2 + received.readUInt16BE(0)));
      settle(answer && answersTo(answer, question) ? answer : null);
    });
    socket.on("connect", () => {
      const bytes = question.toBuffer();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
    return () => socket.destroy();
  });
}
