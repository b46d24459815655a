// Whether the world knows an address yet, from what several name servers say: verified, or pending, why, and when it is
// worth looking again. Pure. Asking early is what makes resolvers remember that a name is missing (RFC 2308): look for the
// first time when the provider has the record.
import type { DnsVerdict, RecordType } from "./ports.ts";

/** What a name has to lead to. */
export interface Expectation {
  type: RecordType;
  /** In the one form of dns-records.ts. */
  contents: readonly string[];
}

/** What one resolver said. */
export interface Look {
  resolver: string;
  verdict: DnsVerdict;
}

export interface PropagationRules {
  /** Resolvers that have to agree; default more than half of them. */
  quorum?: number;
  /** Seconds after which a look is worth it at the earliest, and is taken at the latest; default 1 and 300. */
  shortestSeconds?: number;
  longestSeconds?: number;
}

export type Propagation =
  | { kind: "verified"; agreeing: number; of: number /** Since the record was made. */; tookMs: number }
  | { kind: "pending"; agreeing: number; of: number /** For people. */; reason: string; nextLookAt: Date };

/** `knows`: leads where it should. The others, with the seconds after which the resolver may say something else. */
type State =
  | { kind: "knows" }
  | { kind: "missing" | "elsewhere"; seconds: number }
  | { kind: "silent"; seconds: number };

/** How long a resolver may remember what its answer doesn't limit. */
const UNKNOWN_SECONDS = 30;

/**
 * Judges one round of looks.
 * @param since when the record was made
 * @param attempt rounds before this one, from 0: resolvers that don't answer are asked less and less often
 */
export function judgePropagation(
  expected: Expectation,
  looks: readonly Look[],
  { since, now, attempt }: { since: Date; now: Date; attempt: number },
  rules: PropagationRules = {},
): Propagation {
  const states = looks.map(({ verdict }) => stateOf(expected, verdict, attempt));
  const of = looks.length;
  const agreeing = states.filter(({ kind }) => kind === "knows").length;
  const quorum = Math.min(Math.max(1, rules.quorum ?? Math.floor(of / 2) + 1), Math.max(1, of));
  if (agreeing >= quorum)
    return { kind: "verified", agreeing, of, tookMs: Math.max(0, now.getTime() - since.getTime()) };
  const { shortestSeconds = 1, longestSeconds = 300 } = rules;
  const worthIt = secondsUntilEnough(states, quorum - agreeing) ?? longestSeconds;
  const seconds = Math.min(Math.max(worthIt, shortestSeconds), longestSeconds);
  const nextLookAt = new Date(now.getTime() + seconds * 1000);
  return { kind: "pending", agreeing, of, reason: reasonOf(states, agreeing), nextLookAt };
}

/** Seconds until so many more resolvers may have changed their mind. */
function secondsUntilEnough(states: readonly State[], needed: number): number | undefined {
  const waits = states.flatMap((state) => (state.kind === "knows" ? [] : [state.seconds])).sort((a, b) => a - b);
  return waits[needed - 1];
}

function stateOf({ type, contents }: Expectation, verdict: DnsVerdict, attempt: number): State {
  if (verdict.kind === "timeout" || verdict.kind === "servfail") return { kind: "silent", seconds: backoff(attempt) };
  if (verdict.kind !== "answered") return { kind: "missing", seconds: verdict.negativeTtl ?? UNKNOWN_SECONDS };
  const found = verdict.records.filter((record) => record.type === type);
  if (found.length === 0) return { kind: "missing", seconds: UNKNOWN_SECONDS };
  const seconds = Math.min(...found.map(({ ttl }) => ttl));
  const right = found.filter(({ content }) => contents.includes(content)).length;
  // Beside the right address a wrong one would get half of the visitors; texts and CAA stand beside others.
  const shared = type === "TXT" || type === "CAA";
  if (right > 0 && (shared || right === found.length)) return { kind: "knows" };
  return { kind: shared ? "missing" : "elsewhere", seconds };
}

/** Seconds: 2, 4, 8 … at most a minute. Resolvers remember a failure for seconds themselves (RFC 9520 §3.2). */
const backoff = (attempt: number): number => Math.min(2 ** (Math.min(attempt, 6) + 1), 60);

function reasonOf(states: readonly State[], agreeing: number): string {
  const of = states.length;
  if (of === 0) return "There is no name server to ask.";
  const count = (kind: State["kind"]): number => states.filter((state) => state.kind === kind).length;
  const silent = count("silent");
  if (silent === of) return of === 1 ? "The name server doesn't answer." : `None of the ${of} name servers answers.`;
  const details = [
    told(count("missing"), "hasn't heard of it yet", "haven't heard of it yet"),
    told(count("elsewhere"), "still leads somewhere else", "still lead somewhere else"),
    told(silent, "doesn't answer", "don't answer"),
  ].filter((part) => part !== "");
  return `${headline(agreeing, of)} ${details.join(", ").replace(/^./, (letter) => letter.toUpperCase())}.`;
}

function headline(agreeing: number, of: number): string {
  if (agreeing > 0) return `${agreeing} of ${of} name servers ${agreeing === 1 ? "knows" : "know"} your address.`;
  return of === 1
    ? "The name server doesn't know your address yet."
    : `None of the ${of} name servers knows your address yet.`;
}

const told = (count: number, one: string, many: string): string =>
  count === 0 ? "" : `${count === 1 ? "one" : count} ${count === 1 ? one : many}`;
