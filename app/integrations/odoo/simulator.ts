// A local Odoo: its JSON-2 and its JSON-RPC protocol over the same records of a small CRM, typed as Odoo's are.
// https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSimulator,
  openState,
  startApiSimulator,
} from "../dns/simulator-api.ts";
import type { Row } from "./simulator-domain.ts";
import {
  accessDenied,
  answerJson2,
  answerJsonRpc,
  indexError,
  noDatabase,
  notFound,
  unauthorized,
  unprocessable,
  userError,
} from "./simulator-exceptions.ts";
import { methodOf, type RecordSet } from "./simulator-methods.ts";
import { modelsOf } from "./simulator-models.ts";
import { leadPage } from "./simulator-page.ts";
import { createRecords, OdooState, type Values } from "./simulator-records.ts";

export interface OdooSimulatorOptions {
  port?: number;
  apiKey: string;
  database: string;
  /** Of the user behind the key. */
  login?: string;
  /** The major one; default 19. JSON-2 is spoken from 19 on. */
  version?: number;
  /** Whether leads have the fields that are made for us; default true. */
  customFields?: boolean;
  /** Whether the user administers sales; default true. */
  manager?: boolean;
  /** Where its records are kept; default nowhere. */
  file?: string;
  chance?: () => number;
  /** Milliseconds. */
  now?: () => number;
}

export interface OdooSimulator extends ApiSimulator {
  /** The records of a model, as they are kept. */
  rows(model: string): Row[];
  /** What a person adds there; its id. */
  add(model: string, values: Values): number;
  /** Does to a record what a person does there; without values it deletes it. */
  edit(model: string, id: number, values?: Values): void;
  /** Installs the fields that are made for us, or takes them away. */
  installCustomFields(installed: boolean): void;
}

const API_USER = 2;
const PERSON = 6;
const LOGIN = "foyer@operator.example";

export async function startOdooSimulator(options: OdooSimulatorOptions): Promise<OdooSimulator> {
  const { apiKey, database, login = LOGIN, version = 19, manager = true, now = Date.now } = options;
  let models = modelsOf(version, options.customFields ?? true);
  const state = openState<OdooState>(options.file, OdooState, {});
  const records = createRecords({ models: () => models, state, now });
  if (!state.value["res.users"]) seed(records, login);

  function call(model: string, name: string, given: { ids: number[]; args: Values; context: Values }): unknown {
    const method = methodOf(model, name);
    if (!method) throw notFound(`The method '${model}.${name}' does not exist`);
    if (!method.onRecords && given.ids.length > 0) throw unprocessable(`cannot call ${model}.${name} with ids`);
    for (const argument of Object.keys(given.args))
      if (!method.open && !method.params.includes(argument))
        throw unprocessable(`got an unexpected keyword argument '${argument}'`);
    return method.run({ model, ...given, uid: API_USER, records, version, manager });
  }

  function json2({ method, path, headers, body }: ApiRequest): ApiAnswer {
    const [model, name, ...rest] = path.slice("/json/2/".length).split("/");
    const known = headers["x-odoo-database"] === undefined || headers["x-odoo-database"] === database;
    if (version < 19 || !known) return { status: 404, body: "<h1>Not Found</h1>" };
    return answerJson2(() => {
      if (method !== "POST" || !model || !name || rest.length > 0)
        throw notFound("Did you mean POST /json/2/<model>/<method>?");
      if (headers.authorization?.replace(/^bearer /i, "") !== apiKey) throw unauthorized();
      if (!(model in models)) throw notFound(`the model '${model}' does not exist`);
      const { ids, context, ...args } = objectOf(body);
      const result = call(model, name, { ids: idsOf(ids), args, context: objectOf(context) });
      return isRecordSet(result) ? result.recordIds : name === "create" ? [result].flat() : result;
    });
  }

  function jsonRpc({ body }: ApiRequest): ApiAnswer {
    const { id = null, params } = objectOf(body);
    const { service, method, args } = objectOf(params);
    const given = Array.isArray(args) ? args : [];
    return answerJsonRpc(id, () => {
      if (service === "common" && method === "version") return { server_version: `${version}.0`, ...versionInfo() };
      if (given[0] !== database) throw noDatabase(String(given[0]));
      if (service === "common" && method === "authenticate")
        return given[1] === login && given[2] === apiKey ? API_USER : false;
      if (service !== "object" || method !== "execute_kw") throw notFound(`Method not found: ${method}`);
      if (given[1] !== API_USER || given[2] !== apiKey) throw accessDenied();
      return execute(String(given[3]), String(given[4]), Array.isArray(given[5]) ? given[5] : [], objectOf(given[6]));
    });
  }

  function execute(model: string, name: string, positional: unknown[], { context, ...named }: Values): unknown {
    if (!(model in models)) throw userError(`Object ${model} doesn't exist`);
    const method = methodOf(model, name);
    if (name === "create" && positional.length === 0) throw indexError();
    const [ids, ...rest] = method?.onRecords ? positional : [[], ...positional];
    const placed = rest.map((value, at) => [method?.params[at] ?? `argument ${at}`, value]);
    const args = { ...Object.fromEntries(placed), ...named };
    const result = call(model, name, { ids: idsOf(ids), args, context: objectOf(context) });
    if (!isRecordSet(result)) return result;
    // Only posting a message says by a decorator how its record is to be sent.
    return name === "message_post" ? result.recordIds[0] : `${result.model}(${result.recordIds.join(", ")},)`;
  }

  const versionInfo = () => ({ server_version_info: [version, 0, 0, "final", 0, ""], protocol_version: 1 });

  function answer(request: ApiRequest): ApiAnswer {
    if (request.path.startsWith("/json/2/")) return json2(request);
    if (request.path === "/jsonrpc" && request.method === "POST") return jsonRpc(request);
    if (request.path === "/mail/view") return leadPage(request.query, records.all);
    if (request.path === "/web/version" && version >= 19)
      return { status: 200, body: { version: `${version}.0`, version_info: [version, 0, 0, "final", 0, ""] } };
    return { status: 404, body: "<h1>Not Found</h1>" };
  }

  const server = await startApiSimulator({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.chance && { chance: options.chance }),
    answer,
    // As the proxy in front of it says it.
    trouble: (status) => ({
      status,
      body: `<h1>${status === 429 ? "Too Many Requests" : "Internal Server Error"}</h1>`,
    }),
  });
  return {
    ...server,
    rows: records.all,
    add: (model, values) => records.create(model, values, PERSON),
    edit(model, id, values) {
      if (values) records.write(model, [id], values, PERSON);
      else records.unlink(model, [id]);
    },
    installCustomFields(installed) {
      models = modelsOf(version, installed);
    },
  };
}

const objectOf = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

function idsOf(value: unknown): number[] {
  const list = [value ?? []].flat();
  return list.filter((id): id is number => typeof id === "number");
}

const isRecordSet = (value: unknown): value is RecordSet =>
  typeof value === "object" && value !== null && "recordIds" in value;

/** A fresh database: Odoo's own stages, and the people of a sales team. */
function seed(records: ReturnType<typeof createRecords>, login: string): void {
  const people: [name: string, login: string, share: boolean][] = [
    ["OdooBot", "__system__", false],
    ["Foyer", login, false],
    ["Public user", "public", true],
    ["Template", "template", true],
    ["Joel Willis", "portal@example.com", true],
    ["Marc Demo", "marc@operator.example", false],
    ["Rita Sales", "rita@operator.example", false],
  ];
  for (const [name, mail, share] of people)
    records.create(
      "res.users",
      { name, login: mail, email: mail.includes("@") ? mail : false, share, active: !mail.startsWith("_") },
      API_USER,
    );
  const stages: [string, number, boolean][] = [
    ["New", 1, false],
    ["Qualified", 2, false],
    ["Proposition", 3, false],
    ["Won", 70, true],
  ];
  for (const [name, sequence, is_won] of stages) records.create("crm.stage", { name, sequence, is_won }, API_USER);
}
