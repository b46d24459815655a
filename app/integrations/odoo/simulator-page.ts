// What a person sees of a lead in the simulated Odoo: a plain page where Odoo has its form, to follow our links to.
import type { ApiAnswer } from "../dns/simulator-api.ts";
import type { Row } from "./simulator-domain.ts";

/** As Odoo's `/mail/view?model=…&res_id=…` leads to a record. */
export function leadPage(query: URLSearchParams, rows: (model: string) => Row[]): ApiAnswer {
  const lead = rows("crm.lead").find(({ id }) => String(id) === query.get("res_id"));
  if (query.get("model") !== "crm.lead" || !lead) return page(404, "There is no such record", "");
  const nameOf = (model: string, id: unknown): unknown => rows(model).find((row) => row.id === id)?.name ?? "none";
  const shown: Record<string, unknown> = {
    ...lead,
    stage_id: nameOf("crm.stage", lead.stage_id),
    user_id: nameOf("res.users", lead.user_id),
    source_id: nameOf("utm.source", lead.source_id),
    medium_id: nameOf("utm.medium", lead.medium_id),
    campaign_id: nameOf("utm.campaign", lead.campaign_id),
    tag_ids: [lead.tag_ids].flat().map((id) => nameOf("crm.tag", id)),
  };
  const facts = Object.entries(shown).map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(wordsOf(value))}</td></tr>`,
  );
  const activities = rows("mail.activity")
    .filter(({ res_id }) => res_id === lead.id)
    .map(({ summary, date_deadline, user_id }) => {
      const words = `${date_deadline}: ${summary} (${nameOf("res.users", user_id)})`;
      return `<li>${escapeHtml(words)}</li>`;
    });
  const body = `<table>${facts.join("")}</table><h2>Activities</h2><ul>${activities.join("")}</ul>`;
  return page(200, String(lead.name), body);
}

function page(status: number, title: string, body: string): ApiAnswer {
  const style =
    "body{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}th{text-align:left;padding-right:2rem;vertical-align:top}";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style><h1>${escapeHtml(title)}</h1><p>A simulated Odoo.</p>${body}</html>`;
  return { status, body: html, headers: { "content-type": "text/html; charset=utf-8" } };
}

const wordsOf = (value: unknown): string =>
  value === false || value === null || value === undefined
    ? ""
    : Array.isArray(value)
      ? value.join(", ")
      : String(value);

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
