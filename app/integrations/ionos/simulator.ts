// A local server that speaks the protocol of IONOS hosting DNS, quirks included: arrays, full names, error arrays, texts
// that come back quoted, two calls that replace more than they name, and equal records that it takes without a word.
// https://developer.hosting.ionos.com/docs/dns
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { isWithin } from "#app/domain/provisioning/dns-records.ts";
import { isOurType, understood, written } from "../dns/presentation.ts";
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSimulator,
  type ApiSimulatorOptions,
  openState,
  startApiSimulator,
} from "../dns/simulator-api.ts";
import type { ZoneBook } from "../dns/simulator-zones.ts";

const Stored = z.object({
  id: z.string(),
  name: z.string(),
  rootName: z.string(),
  type: z.string(),
  content: z.string(),
  changeDate: z.string(),
  ttl: z.number(),
  prio: z.number(),
  disabled: z.boolean(),
});
const StoredZone = z.object({ id: z.string(), name: z.string(), type: z.literal("NATIVE"), records: z.array(Stored) });
const State = z.object({ zones: z.array(StoredZone) });
type Stored = z.infer<typeof Stored>;
type StoredZone = z.infer<typeof StoredZone>;

/** What may be said of a record; anything more is ignored. */
const Input = z.object({
  name: z.string().optional(),
  type: z.string().optional(),
  content: z.string().optional(),
  ttl: z.number().int().optional(),
  prio: z.number().int().optional(),
  disabled: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

export interface IonosSimulatorOptions {
  port?: number;
  /** `prefix.secret` */
  apiKey: string;
  /** Zones that the account has from the start. */
  zones: string[];
  /** Where its state is kept; default nowhere. */
  file?: string;
  /** Hears of every change; the local name server answers from it. */
  book?: ZoneBook;
  /** Whether a record that is there already is refused; default it is kept twice. */
  refusesDuplicates?: boolean;
  /** How many lists don't show a new record yet; default none. */
  lag?: number;
  chance?: () => number;
  control?: ApiSimulatorOptions["control"];
}

export interface IonosSimulator extends ApiSimulator {
  /** Ends in /dns/v1. */
  baseUrl: string;
  /** The records of a zone, as somebody sees them who opens the provider's page. */
  records(zone: string): Stored[];
  /** Does to a record what somebody does by hand there; without a change it deletes it. */
  edit(id: string, change?: { content?: string; disabled?: boolean }): void;
}

const PREFIX = "/dns/v1";
const MIN_TTL = 60;
const TYPES = "A AAAA CNAME MX NS SOA SRV TXT CAA TLSA SMIMEA SSHFP DS HTTPS SVCB CERT URI RP LOC OPENPGPKEY".split(
  " ",
);

export async function startIonosSimulator(options: IonosSimulatorOptions): Promise<IonosSimulator> {
  const { book } = options;
  const state = openState(options.file, State, { zones: [] });
  const { zones } = state.value;
  for (const name of options.zones)
    if (!zones.some((zone) => zone.name === name)) zones.push({ id: randomUUID(), name, type: "NATIVE", records: [] });
  for (const zone of zones) {
    book?.add(zone.name, { since: 0 });
    for (const { name, type } of zone.records) publish(zone, name, type, 0);
  }

  /** Lists that don't show a record yet, by its id. */
  const hidden = new Map<string, number>();
  function listed(zone: StoredZone): StoredZone {
    const records = zone.records.filter(({ id }) => {
      const left = hidden.get(id) ?? 0;
      if (left > 0) hidden.set(id, left - 1);
      return left === 0;
    });
    return { ...zone, records };
  }

  function publish(zone: StoredZone, name: string, type: string, since?: number): void {
    const seen = zone.records.filter((record) => record.name === name && record.type === type && !record.disabled);
    book?.set(zone.name, name, type, seen, since);
  }

  /** Keeps what changed, and tells the name server. */
  function commit(zone: StoredZone, changed: readonly Stored[]): void {
    state.save();
    const sets = new Map(changed.map(({ name, type }) => [`${name} ${type}`, { name, type }]));
    for (const { name, type } of sets.values()) publish(zone, name, type);
  }

  function answer(request: ApiRequest): ApiAnswer {
    if (request.headers["x-api-key"] !== options.apiKey)
      return failed(401, "UNAUTHORIZED", "The customer is not authorized to do this operation.");
    const [head, zoneId, records, recordId, ...rest] = request.path
      .slice(PREFIX.length + 1)
      .split("/")
      .map(decodeURIComponent);
    if (!request.path.startsWith(`${PREFIX}/`) || head !== "zones" || rest.length > 0) return notAllowed();
    if (zoneId === undefined)
      return request.method === "GET"
        ? { status: 200, body: zones.map(({ id, name, type }) => ({ id, name, type })) }
        : notAllowed();
    const zone = zones.find(({ id }) => id === zoneId);
    if (!zone) return failed(404, "ZONE_NOT_FOUND", "Zone does not exist.");
    if (records === undefined) return zoneCall(zone, request);
    if (records !== "records") return notAllowed();
    return recordId === undefined ? create(zone, request) : recordCall(zone, recordId, request);
  }

  function zoneCall(zone: StoredZone, { method, query, body }: ApiRequest): ApiAnswer {
    if (method === "GET") return show(listed(zone), query);
    if (method !== "PUT" && method !== "PATCH") return notAllowed();
    const inputs = z.array(Input).safeParse(body);
    if (!inputs.success) return invalidData();
    const made = inputs.data.map((input) => make(zone, input));
    const [wrong] = made.filter((one) => "status" in one);
    if (wrong) return wrong;
    const fresh = made.filter((one) => "id" in one);
    const named = (record: Stored) => fresh.some(({ name, type }) => record.name === name && record.type === type);
    // PUT replaces all that the zone has, PATCH all of the names and types that it was given.
    const gone = zone.records.filter((record) => method === "PUT" || named(record));
    zone.records = [...zone.records.filter((record) => !gone.includes(record)), ...fresh];
    commit(zone, [...gone, ...fresh]);
    return { status: 200 };
  }

  function create(zone: StoredZone, { method, body }: ApiRequest): ApiAnswer {
    if (method !== "POST") return notAllowed();
    const inputs = z.array(Input).min(1).safeParse(body);
    if (!inputs.success) return invalidData();
    const made = inputs.data.map((input) => make(zone, input));
    const [wrong] = made.filter((one) => "status" in one);
    if (wrong) return wrong;
    const fresh = made.filter((one) => "id" in one);
    for (const record of fresh) {
      const clash = zone.records.some(
        (other) =>
          !other.disabled && other.name === record.name && excludes(other, record, options.refusesDuplicates ?? false),
      );
      if (clash) return invalidRecord(record, { invalidFields: ["name"] });
    }
    zone.records.push(...fresh);
    for (const { id } of fresh) hidden.set(id, options.lag ?? 0);
    commit(zone, fresh);
    return { status: 201, body: fresh };
  }

  function recordCall(zone: StoredZone, id: string, { method, body }: ApiRequest): ApiAnswer {
    const record = zone.records.find((one) => one.id === id);
    if (!record) return failed(404, "RECORD_NOT_FOUND", "Record does not exist.");
    if (method === "GET") return { status: 200, body: record };
    if (method === "DELETE") {
      zone.records = zone.records.filter((one) => one !== record);
      commit(zone, [record]);
      return { status: 200 };
    }
    if (method !== "PUT") return notAllowed();
    const input = Input.omit({ name: true, type: true }).safeParse(body);
    if (!input.success) return invalidData();
    const next = make(zone, { ...record, ...input.data });
    if ("status" in next) return next;
    Object.assign(record, next, { id });
    commit(zone, [record]);
    return { status: 200, body: record };
  }

  const server = await startApiSimulator({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.chance && { chance: options.chance }),
    ...(options.control && { control: options.control }),
    answer,
    trouble: (status) => (status === 429 ? { status } : { status, body: [{ code: "INTERNAL_SERVER_ERROR" }] }),
  });
  return {
    ...server,
    baseUrl: `${server.origin}${PREFIX}`,
    records: (name) => structuredClone(zones.find((zone) => zone.name === name)?.records ?? []),
    edit(id, change) {
      const zone = zones.find(({ records }) => records.some((record) => record.id === id));
      const record = zone?.records.find((one) => one.id === id);
      if (!zone || !record) throw new Error(`no record ${id}`);
      if (change) Object.assign(record, change);
      else zone.records = zone.records.filter((one) => one !== record);
      commit(zone, [record]);
    },
  };
}

function show(zone: StoredZone, query: URLSearchParams): ApiAnswer {
  const suffix = query.get("suffix");
  const name = query.get("recordName");
  const types = query.get("recordType")?.split(",");
  for (const [parameter, value] of [
    ["suffix", suffix],
    ["recordName", name],
  ] as const)
    if (value !== null && !isWithin(value, zone.name))
      return failed(400, "INVALID_REQUEST", `Invalid '${parameter}' request parameter.`);
  const records = zone.records.filter(
    (record) =>
      (suffix === null || record.name.endsWith(suffix)) &&
      (name === null || record.name === name) &&
      (types === undefined || types.includes(record.type)),
  );
  return { status: 200, body: { ...zone, records } };
}

/** The record as IONOS keeps it, or what is wrong with it. */
function make(zone: StoredZone, input: Input): Stored | ApiAnswer {
  const { content, ttl = 3600, prio = 0, disabled = false } = input;
  const name = input.name?.toLowerCase();
  const type = input.type?.toUpperCase();
  const required = Object.entries({ name, type, content }).filter(([, value]) => !value);
  if (!name || !type || !content) return invalidRecord(input, { requiredFields: required.map(([field]) => field) });
  const said = isOurType(type) ? understood(type, content) : content;
  const wrong = {
    name: !isWithin(name, zone.name),
    type: !TYPES.includes(type),
    content: said === null,
    ttl: ttl < MIN_TTL,
  };
  const invalidFields = Object.entries(wrong)
    .filter(([, bad]) => bad)
    .map(([field]) => field);
  if (said === null || invalidFields.length > 0)
    return invalidRecord({ ...input, rootName: zone.name }, { invalidFields });
  const kept = isOurType(type) ? written(type, said, false) : said;
  const changeDate = new Date().toISOString();
  return { id: randomUUID(), name, rootName: zone.name, type, content: kept, changeDate, ttl, prio, disabled };
}

function excludes(a: Stored, b: Stored, refusesDuplicates: boolean): boolean {
  if (a.type === b.type && a.content === b.content) return refusesDuplicates;
  return a.type === "CNAME" || b.type === "CNAME";
}

const failed = (status: number, code: string, message: string): ApiAnswer => ({ status, body: [{ code, message }] });
const notAllowed = (): ApiAnswer => failed(405, "FORBIDDEN_REQUEST", "Request not allowed.");
const invalidData = (): ApiAnswer =>
  failed(400, "INVALID_DATA", "The request body is invalid or not supported by the endpoint.");
const invalidRecord = (errorRecord: unknown, parameters: Record<string, string[]>): ApiAnswer => ({
  status: 400,
  body: [{ code: "INVALID_RECORD", message: "Record is invalid.", parameters: { ...parameters, errorRecord } }],
});
