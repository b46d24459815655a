// A local server that speaks the zone part of PowerDNS' HTTP API, with the refusals of version 4.7: names that must end in
// a dot, contents in one form only, record sets that exclude each other.
// https://doc.powerdns.com/authoritative/http-api/zone.html
import { z } from "zod";
import { isWithin, plainName } from "#app/domain/provisioning/dns-records.ts";
import { isOurType, understood, written } from "../dns/presentation.ts";
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSimulator,
  openState,
  startApiSimulator,
} from "../dns/simulator-api.ts";
import type { ZoneBook } from "../dns/simulator-zones.ts";

const Line = z.object({ content: z.string(), disabled: z.boolean().default(false) });
const RecordSet = z.object({ name: z.string(), type: z.string(), ttl: z.number(), records: z.array(Line) });
const StoredZone = z.object({ name: z.string(), serial: z.number(), rrsets: z.array(RecordSet) });
const State = z.object({ zones: z.array(StoredZone) });
const Change = z.object({
  name: z.string(),
  type: z.string(),
  changetype: z.enum(["REPLACE", "DELETE"]),
  ttl: z.number().int().optional(),
  records: z.array(Line).optional(),
});
const NewZone = z.object({ name: z.string(), kind: z.string(), nameservers: z.array(z.string()).default([]) });
type RecordSet = z.infer<typeof RecordSet>;
type StoredZone = z.infer<typeof StoredZone>;
type Change = z.infer<typeof Change>;

export interface PowerDnsSimulatorOptions {
  port?: number;
  apiKey: string;
  /** Zones that it has from the start. */
  zones: string[];
  /** Where its state is kept; default nowhere. */
  file?: string;
  /** Hears of every change; the local name server answers from it. */
  book?: ZoneBook;
  chance?: () => number;
}

export interface PowerDnsSimulator extends ApiSimulator {
  /** Without `/api/v1`. */
  baseUrl: string;
  /** The record sets of a zone, as its administrator sees them. */
  sets(zone: string): RecordSet[];
  /** Writes a record set by hand; without lines it is gone. */
  edit(zone: string, set: { name: string; type: string; ttl: number; contents: string[] }): void;
}

const SERVER = "/api/v1/servers/localhost";

export async function startPowerDnsSimulator(options: PowerDnsSimulatorOptions): Promise<PowerDnsSimulator> {
  const { book } = options;
  const state = openState(options.file, State, { zones: [] });
  const { zones } = state.value;
  for (const name of options.zones)
    if (!zones.some((zone) => zone.name === `${name}.`)) zones.push(newZone(`${name}.`, []));
  for (const zone of zones) announce(zone);

  function announce(zone: StoredZone): void {
    book?.add(zone.name, { since: 0 });
    for (const set of zone.rrsets) publish(zone, set, 0);
  }

  function publish(zone: StoredZone, { name, type, ttl, records }: RecordSet, since?: number): void {
    // The name server writes its own SOA.
    if (type === "SOA") return;
    const seen = records
      .filter(({ disabled }) => !disabled)
      .map(({ content }) => ({ name: plainName(name), type, content, ttl }));
    book?.set(zone.name, name, type, seen, since);
  }

  function write(zone: StoredZone, sets: readonly RecordSet[]): void {
    const same = (a: RecordSet, b: RecordSet) => a.name === b.name && a.type === b.type;
    zone.rrsets = zone.rrsets.filter((old) => !sets.some((set) => same(old, set)));
    zone.rrsets.push(...sets.filter(({ records }) => records.length > 0));
    zone.serial += 1;
    state.save();
    for (const set of sets) publish(zone, set);
  }

  function answer(request: ApiRequest): ApiAnswer {
    const json = request.headers.accept?.includes("application/json") ?? false;
    const plain = (status: number, error: string): ApiAnswer => ({ status, body: json ? { error } : error });
    if (request.headers["x-api-key"] !== options.apiKey) return plain(401, "Unauthorized");
    if (!request.path.startsWith(`${SERVER}/zones`)) return plain(404, "Not Found");
    const id = decodeURIComponent(request.path.slice(`${SERVER}/zones`.length).replace(/^\//, ""));
    if (id === "" && request.method === "GET") {
      const only = request.query.get("zone");
      return { status: 200, body: zones.filter(({ name }) => only === null || name === only).map(headOf) };
    }
    if (id === "" && request.method === "POST") return addZone(request.body) ?? plain(409, "Conflict");
    const zone = zones.find(({ name }) => name === id);
    if (!zone) return plain(404, "Not Found");
    if (request.method === "GET") return { status: 200, body: show(zone, request.query) };
    if (request.method === "DELETE") {
      zones.splice(zones.indexOf(zone), 1);
      book?.remove(zone.name);
      state.save();
      return { status: 204 };
    }
    if (request.method !== "PATCH") return plain(405, "Method Not Allowed");
    const changes = z.object({ rrsets: z.array(z.unknown()) }).safeParse(request.body);
    if (!changes.success) return plain(400, "Bad Request");
    return patch(zone, changes.data.rrsets);
  }

  function addZone(body: unknown): ApiAnswer | null {
    const wanted = NewZone.safeParse(body);
    if (!wanted.success) return refused("Key 'name' not present or not a String");
    if (zones.some(({ name }) => name === wanted.data.name)) return null;
    const zone = newZone(wanted.data.name, wanted.data.nameservers);
    zones.push(zone);
    announce(zone);
    state.save();
    return { status: 201, body: show(zone, new URLSearchParams()) };
  }

  /** All of the changes or none. */
  function patch(zone: StoredZone, given: readonly unknown[]): ApiAnswer {
    const sets: RecordSet[] = [];
    for (const one of given) {
      const change = Change.safeParse(one);
      if (!change.success) return refused(`Key '${String(change.error.issues[0]?.path[0] ?? "")}' not present`);
      const wrong = problemOf(zone, change.data);
      if (wrong) return refused(wrong);
      const { name, type, changetype, ttl = 0, records = [] } = change.data;
      sets.push({ name: name.toLowerCase(), type, ttl, records: changetype === "DELETE" ? [] : records });
    }
    write(zone, sets);
    return { status: 204 };
  }

  const server = await startApiSimulator({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.chance && { chance: options.chance }),
    answer,
    trouble: (status) => ({ status, body: { error: status === 429 ? "Too Many Requests" : "Internal Server Error" } }),
  });
  return {
    ...server,
    baseUrl: server.origin,
    sets: (name) => structuredClone(zones.find((zone) => zone.name === `${name}.`)?.rrsets ?? []),
    edit(name, { contents, ...set }) {
      const zone = zones.find((one) => one.name === `${name}.`);
      if (!zone) throw new Error(`no zone ${name}`);
      const records = contents.map((content) => ({ content, disabled: false }));
      write(zone, [{ ...set, name: `${set.name}.`, records }]);
    },
  };
}

function newZone(name: string, nameservers: readonly string[]): StoredZone {
  const soa = `a.misconfigured.dns.server.invalid. hostmaster.${name} 1 10800 3600 604800 3600`;
  const set = (type: string, contents: readonly string[]): RecordSet => ({
    name,
    type,
    ttl: 3600,
    records: contents.map((content) => ({ content, disabled: false })),
  });
  return { name, serial: 1, rrsets: [set("SOA", [soa]), ...(nameservers.length > 0 ? [set("NS", nameservers)] : [])] };
}

const headOf = ({ name, serial }: StoredZone) => ({
  id: name,
  name,
  kind: "Native",
  dnssec: false,
  serial,
  url: `${SERVER}/zones/${name}`,
});

function show(zone: StoredZone, query: URLSearchParams) {
  const name = query.get("rrset_name");
  const type = query.get("rrset_type");
  const fits = (set: RecordSet) =>
    (name === null || set.name === name.toLowerCase()) && (type === null || set.type === type);
  return { ...headOf(zone), rrsets: zone.rrsets.filter(fits).map((set) => ({ comments: [], ...set })) };
}

/** What PowerDNS says against a change; null where it takes it. */
function problemOf(zone: StoredZone, { name, type, changetype, ttl, records = [] }: Change): string | null {
  const set = `RRset ${name} IN ${type}`;
  if (!name.endsWith(".")) return `DNS Name '${name}' is not canonical`;
  if (!isWithin(plainName(name), plainName(zone.name))) return `${set}: Name is out of zone`;
  if (changetype === "DELETE") return null;
  if (ttl === undefined) return "Key 'ttl' not an Integer or not present";
  for (const { content } of records) {
    const wrong = contentProblem(type, content);
    if (wrong) return `Record ${plainName(name)}./${type} '${content}': ${wrong}`;
  }
  const [twice] = records.filter(({ content }, at) => records.findIndex((other) => other.content === content) !== at);
  if (twice) return `Duplicate record in ${set} with content "${twice.content}"`;
  if (type === "CNAME" && records.length > 1) return `${set} has more than one record`;
  const others = zone.rrsets.filter((other) => other.name === name.toLowerCase() && other.type !== type);
  if (others.some((other) => type === "CNAME" || other.type === "CNAME"))
    return `${set}: Conflicts with pre-existing RRset`;
  return null;
}

function contentProblem(type: string, content: string): string | null {
  if (!isOurType(type)) return null;
  const said = understood(type, content);
  if (said === null) return "Parsing record content (try 'pdnsutil check-zone'): unable to parse";
  const expected = written(type, said, true);
  const exact = type === "TXT" ? content.startsWith('"') : type !== "CNAME" || content.endsWith(".");
  return exact ? null : `Not in expected format (parsed as '${expected}')`;
}

const refused = (error: string): ApiAnswer => ({ status: 422, body: { error } });
