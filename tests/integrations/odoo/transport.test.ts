// What Odoo's exceptions mean to us, and our facts in fields of whatever type an operator gave them.
import { describe, expect, test } from "vitest";
import { factValues } from "#app/integrations/odoo/lead-fields.ts";
import { failureOf } from "#app/integrations/odoo/transport.ts";

describe("an exception of Odoo's", () => {
  test.each([
    ["odoo.exceptions.AccessDenied", "Access Denied", "internal", "provider_key_refused"],
    ["werkzeug.exceptions.Unauthorized", "Invalid apikey", "internal", "provider_key_refused"],
    ["odoo.exceptions.AccessError", "You are not allowed to", "internal", "provider_access_refused"],
    ["odoo.exceptions.MissingError", "Record does not exist or has been deleted.", "not_found", "crm_record_unknown"],
    ["werkzeug.exceptions.NotFound", "the model 'crm.lead' does not exist", "internal", "crm_missing"],
    ["odoo.exceptions.UserError", "Object crm.lead doesn't exist", "internal", "crm_missing"],
    ["psycopg2.OperationalError", 'database "x" does not exist', "internal", "provider_database_unknown"],
    ["odoo.exceptions.ValidationError", "Tag name already exists!", "conflict", "crm_refused"],
    ["psycopg2.errors.NotNullViolation", "null value", "conflict", "crm_refused"],
    ["builtins.ValueError", "Wrong value for crm.lead.source_id: 'x'", "conflict", "crm_refused"],
    ["psycopg2.errors.SerializationFailure", "could not serialize access", "unavailable", "provider_down"],
    ["psycopg2.OperationalError", "the connection was closed", "unavailable", "provider_down"],
    ["odoo.exceptions.LockError", "locked", "unavailable", "provider_down"],
    ["builtins.MemoryError", "", "unavailable", "provider_down"],
  ])("%s (%s) is %s, %s", (name, message, code, reason) => {
    expect(failureOf({ name, message }, "k-4711")).toMatchObject({ code, reason });
  });

  test("is passed on without the key, whatever it says", () => {
    const error = failureOf({ name: "builtins.ValueError", message: "bad args ('db', 2, 'k-4711')" }, "k-4711");
    expect(String(error.cause)).toContain("bad args");
    expect(String(error) + String(error.cause)).not.toContain("k-4711");
  });
});

describe("a fact in a field", () => {
  const facts = { mrrCents: 149_750, industryTags: ["dental", "health"], subdomain: "acme", expectedUsers: null };

  test("takes the form that the field's type asks for", () => {
    const fields = { x_mrr: { type: "integer" }, x_industry_tags: { type: "text" }, x_subdomain: { type: "char" } };
    expect(factValues(facts, fields)).toEqual({ x_mrr: 1498, x_industry_tags: "dental, health", x_subdomain: "acme" });
    expect(factValues(facts, { x_mrr: { type: "char" } })).toEqual({ x_mrr: "1497.5" });
    expect(factValues(facts, { x_mrr: { type: "monetary" } })).toEqual({ x_mrr: 1497.5 });
  });

  test("is left out where the field can't hold it: no words in relations, no number made up", () => {
    const relation = { type: "many2one" };
    const fields = {
      x_subdomain: relation,
      x_industry_tags: { type: "many2many" },
      x_expected_users: { type: "integer" },
    };
    expect(factValues(facts, fields)).toEqual({});
    expect(factValues(facts, { x_subdomain: { type: "integer" }, x_mrr: relation })).toEqual({});
    expect(factValues(facts, { x_subdomain: { type: "selection", selection: [["beta", "Beta"]] } })).toEqual({});
  });

  test("that isn't known any more empties words", () => {
    expect(factValues({ subdomain: null }, { x_subdomain: { type: "char" } })).toEqual({ x_subdomain: false });
  });
});
