// The protocols of Odoo as the simulator speaks them: typed fields, its exceptions, domains, as anybody may call them.
import { afterAll, describe, expect, test } from "vitest";
import { startOdooSimulator } from "#app/integrations/odoo/simulator.ts";

const apiKey = "key";
const database = "operator";
const login = "foyer@operator.example";
let now = Date.UTC(2026, 10, 21, 12);
const simulator = await startOdooSimulator({ apiKey, database, login, now: () => now });
afterAll(() => simulator.close());

async function json2(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${simulator.origin}/json/2/${path}`, {
    method: "POST",
    headers: { authorization: `bearer ${apiKey}`, "x-odoo-database": database, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("<") ? text : JSON.parse(text) };
}
async function rpc(service: string, method: string, args: unknown[]) {
  const body = { jsonrpc: "2.0", method: "call", params: { service, method, args }, id: 4 };
  const response = await fetch(`${simulator.origin}/jsonrpc`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}
const execute = (model: string, method: string, args: unknown[], kwargs: unknown = {}) =>
  rpc("object", "execute_kw", [database, 2, apiKey, model, method, args, kwargs]);

describe("JSON-2", () => {
  test("takes named arguments and answers with the bare result", async () => {
    expect(await json2("crm.tag/create", { vals_list: [{ name: "vip" }] })).toEqual({ status: 200, body: [1] });
    const args = { domain: [["name", "=", "vip"]], fields: ["name"] };
    expect(await json2("crm.tag/search_read", args)).toEqual({ status: 200, body: [{ id: 1, name: "vip" }] });
    expect(await json2("crm.tag/write", { ids: [1], vals: { color: 3 } })).toEqual({ status: 200, body: true });
  });

  test.each([
    ["a wrong key", "crm.tag/search", {}, { authorization: "bearer x" }, 401, "werkzeug.exceptions.Unauthorized"],
    ["an unknown model", "crm.none/search", {}, {}, 404, "werkzeug.exceptions.NotFound"],
    ["an unknown method", "crm.tag/explode", {}, {}, 404, "werkzeug.exceptions.NotFound"],
    ["an unknown argument", "crm.tag/search", { filter: [] }, {}, 422, "werkzeug.exceptions.UnprocessableEntity"],
    ["ids for a model's method", "crm.tag/search", { ids: [1] }, {}, 422, "werkzeug.exceptions.UnprocessableEntity"],
    ["a record that is gone", "crm.tag/write", { ids: [99], vals: {} }, {}, 404, "odoo.exceptions.MissingError"],
    ["a rule broken", "crm.tag/create", { vals_list: { name: "vip" } }, {}, 422, "odoo.exceptions.ValidationError"],
    [
      "nothing where something must be",
      "crm.tag/create",
      { vals_list: {} },
      {},
      422,
      "odoo.exceptions.ValidationError",
    ],
  ])("says %s with its status and exception", async (_, path, body, headers, status, name) => {
    expect(await json2(path, body, headers)).toEqual({
      status,
      body: { name, message: expect.any(String), arguments: expect.any(Array), context: {}, debug: expect.any(String) },
    });
  });

  test("knows no other database, as a page that isn't JSON", async () => {
    expect(await json2("crm.tag/search", {}, { "x-odoo-database": "other" })).toEqual({
      status: 404,
      body: "<h1>Not Found</h1>",
    });
  });

  test("doesn't exist before version 19", async () => {
    const old = await startOdooSimulator({ apiKey, database, version: 18 });
    const init = { method: "POST", headers: { authorization: `bearer ${apiKey}` }, body: "{}" };
    expect((await fetch(`${old.origin}/json/2/crm.tag/search`, init)).status).toBe(404);
    await old.close();
  });
});

describe("JSON-RPC", () => {
  test("signs in with a user's number, or false", async () => {
    const authenticate = (key: string) => rpc("common", "authenticate", [database, login, key, {}]);
    expect((await authenticate(apiKey)).body).toEqual({ jsonrpc: "2.0", id: 4, result: 2 });
    expect((await authenticate("wrong")).body).toEqual({ jsonrpc: "2.0", id: 4, result: false });
  });

  test("creates by the first argument, and answers with one id", async () => {
    const { body } = await execute("utm.source", "create", [{ name: "rpc" }]);
    expect(body).toEqual({ jsonrpc: "2.0", id: 4, result: 1 });
    expect((await execute("utm.source", "create", [], { vals_list: { name: "x" } })).body.error.data.name).toBe(
      "builtins.IndexError",
    );
  });

  test("says every failure with status 200", async () => {
    const failed = await execute("crm.lead", "create", [{ name: "x", source_id: "Website" }]);
    expect(failed).toEqual({
      status: 200,
      body: {
        jsonrpc: "2.0",
        id: 4,
        error: {
          code: 200,
          message: "Odoo Server Error",
          data: {
            name: "builtins.ValueError",
            message: "Wrong value for crm.lead.source_id: 'Website'",
            arguments: ["Wrong value for crm.lead.source_id: 'Website'"],
            context: {},
            debug: expect.stringContaining("Traceback"),
          },
        },
      },
    });
    const denied = await rpc("object", "execute_kw", [database, 2, "wrong", "crm.lead", "search", [[]]]);
    expect(denied).toMatchObject({ status: 200, body: { error: { data: { name: "odoo.exceptions.AccessDenied" } } } });
  });
});

describe("fields have types", () => {
  const create = (values: unknown) => json2("crm.lead/create", { vals_list: { name: "Lead", ...Object(values) } });

  test.each([
    ["a name where an id belongs", { source_id: "Website" }, "Wrong value for crm.lead.source_id: 'Website'"],
    ["names in a list of ids", { tag_ids: [[6, 0, ["vip"]]] }, "Wrong value for crm.lead.tag_ids: 'vip'"],
    ["a list that is no command", { tag_ids: ["vip"] }, "Wrong value for crm.lead.tag_ids: 'vip'"],
    ["an option that doesn't exist", { priority: "9" }, "Wrong value for crm.lead.priority: '9'"],
    ["words for a number", { x_expected_users: "many" }, "invalid literal for int() with base 10: 'many'"],
    ["words for money", { expected_revenue: "a lot" }, "could not convert string to float: 'a lot'"],
    ["a field that isn't there", { x_unknown: 1 }, "Invalid field 'x_unknown' on model 'crm.lead'"],
  ])("%s fails", async (_, values, message) => {
    const before = simulator.rows("crm.lead").length;
    expect(await create(values)).toMatchObject({ status: 500, body: { name: "builtins.ValueError", message } });
    expect(simulator.rows("crm.lead")).toHaveLength(before);
  });

  test("an id of nothing fails too", async () => {
    expect(await create({ source_id: 4711 })).toMatchObject({
      status: 422,
      body: { name: "odoo.exceptions.ValidationError" },
    });
  });

  test("fields_get tells the types, and whether custom fields are there", async () => {
    const args = { attributes: ["type"], allfields: ["name", "stage_id", "x_mrr"] };
    const described = { name: { type: "char" }, stage_id: { type: "many2one" } };
    expect((await json2("crm.lead/fields_get", args)).body).toEqual({ ...described, x_mrr: { type: "float" } });
    simulator.installCustomFields(false);
    expect((await json2("crm.lead/fields_get", args)).body).toEqual(described);
    expect(await create({ x_mrr: 1 })).toMatchObject({ status: 500 });
    const search = { domain: [["x_mrr", ">", 1]] };
    expect(await json2("crm.lead/search", search)).toMatchObject({
      status: 500,
      body: { name: "builtins.ValueError" },
    });
    simulator.installCustomFields(true);
  });

  test("commands add to, take from, empty and replace a list", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => simulator.add("crm.tag", { name }));
    const id = simulator.add("crm.lead", { name: "Tagged", tag_ids: [[6, 0, [a, b]]] });
    const applied = async (...commands: unknown[]) => {
      await json2("crm.lead/write", { ids: [id], vals: { tag_ids: commands } });
      return simulator.rows("crm.lead").find((lead) => lead.id === id)?.tag_ids;
    };
    expect(await applied([4, c], [4, a])).toEqual([a, b, c]);
    expect(await applied([3, b])).toEqual([a, c]);
    expect(await applied([6, 0, [b]])).toEqual([b]);
    expect(await applied([5])).toEqual([]);
  });

  test("a new lead falls to whoever makes it, in the first stage, as a lead of no pipeline", async () => {
    const { body } = await create({});
    expect(simulator.rows("crm.lead").find(({ id }) => id === body[0])).toMatchObject({
      user_id: 2,
      stage_id: 1,
      type: "lead",
    });
  });
});

describe("domains", () => {
  const names = ["Ada", "ada 2", "Bob", "Cy%d"];
  for (const [at, name] of names.entries())
    simulator.add("res.partner", { name, email: at % 2 ? `${at}@x.example` : false });
  const found = async (domain: unknown, more: Record<string, unknown> = {}) => {
    const { body } = await json2("res.partner/search_read", { domain, fields: ["name"], ...more });
    return body.map(({ name }: { name: string }) => name);
  };

  test.each([
    [[["name", "=", "Ada"]], ["Ada"]],
    [[["name", "!=", "Ada"]], ["Bob", "Cy%d", "ada 2"]],
    [[["name", "in", ["Ada", "Bob"]]], ["Ada", "Bob"]],
    [[["name", "not in", ["Ada", "Bob"]]], ["Cy%d", "ada 2"]],
    [[["name", "ilike", "ada"]], ["Ada", "ada 2"]],
    [[["name", "like", "ada"]], ["ada 2"]],
    [[["name", "ilike", "c%d"]], ["Cy%d"]],
    [[["email", "=", false]], ["Ada", "Bob"]],
    [[["id", ">", 2]], ["Bob", "Cy%d"]],
    [[["id", "<", 2]], ["Ada"]],
    [
      ["|", ["name", "=", "Ada"], ["name", "=", "Bob"]],
      ["Ada", "Bob"],
    ],
    [
      ["&", ["id", ">", 1], ["id", "<=", 3]],
      ["Bob", "ada 2"],
    ],
    [
      ["|", "&", ["id", ">", 1], ["id", "<", 3], ["name", "=", "Bob"]],
      ["Bob", "ada 2"],
    ],
    [
      ["!", ["name", "=", "Ada"]],
      ["Bob", "Cy%d", "ada 2"],
    ],
    [
      [
        ["id", ">", 1],
        ["email", "!=", false],
      ],
      ["Cy%d", "ada 2"],
    ],
  ])("%j finds %j", async (domain, expected) => {
    expect(await found(domain)).toEqual(expected);
  });

  test("are cut and ordered as asked", async () => {
    expect(await found([], { order: "id desc", limit: 2, offset: 1 })).toEqual(["Bob", "ada 2"]);
  });

  test("of nonsense are refused", async () => {
    for (const domain of [[["none", "=", 1]], [["name", "~", 1]], ["&", ["id", "=", 1]], [["id"]]])
      expect(await json2("res.partner/search", { domain })).toMatchObject({ body: { name: "builtins.ValueError" } });
  });
});

test("archived leads hide unless they are asked for", async () => {
  const id = simulator.add("crm.lead", { name: "Lost one", active: false });
  const search = (more: object) => json2("crm.lead/search", { domain: [["id", "=", id]], ...more });
  expect((await search({})).body).toEqual([]);
  expect((await search({ context: { active_test: false } })).body).toEqual([id]);
});

test("dates are shown in whole seconds and compared by their fractions", async () => {
  now = Date.UTC(2026, 10, 22, 8, 30, 0, 250);
  const id = simulator.add("crm.lead", { name: "Timed" });
  const at = "2026-11-22 08:30:00";
  const { body } = await json2("crm.lead/read", { ids: [id], fields: ["write_date"] });
  expect(body).toEqual([{ id, write_date: at }]);
  const later = {
    domain: [
      ["write_date", ">", at],
      ["id", "=", id],
    ],
  };
  expect((await json2("crm.lead/search", later)).body).toEqual([id]);
});
