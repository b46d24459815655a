// Facts that a page states in JSON-LD (schema.org): the business with its hours and contacts, questions and answers.
import { cleanLines, oneLine, shorten } from "../clean-text.ts";
import type { Block } from "./document.ts";
import { labelsFor, weekdayName } from "./fact-labels.ts";
import { flowText, parseHtml } from "./html-node.ts";

type Json = Record<string, unknown>;

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MAX_NODES = 500;

/** Blocks for every business, organisation and FAQ in the given JSON-LD scripts. Broken scripts count as none. */
export function structuredBlocks(scripts: string[], language: string | null): Block[] {
  const blocks: Block[] = [];
  for (const script of scripts) {
    for (const node of nodesIn(script)) {
      const types = listOf(node["@type"]).map(String);
      if (types.includes("FAQPage") || types.includes("QAPage")) blocks.push(...questionsIn(node));
      else if (isBusiness(types, node)) blocks.push(...businessBlock(node, language));
    }
  }
  return blocks;
}

function nodesIn(script: string): Json[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(script.replace(/^\s*<!--|-->\s*$/g, "").trim());
  } catch {
    return [];
  }
  const nodes: Json[] = [];
  const queue: unknown[] = [parsed];
  while (queue.length > 0 && nodes.length < MAX_NODES) {
    const next = queue.shift();
    if (Array.isArray(next)) queue.push(...next.slice(0, MAX_NODES));
    else if (isObject(next)) {
      nodes.push(next);
      queue.push(next["@graph"], next.mainEntity, next.publisher, next.location, next.department);
    }
  }
  return nodes;
}

function isBusiness(types: string[], node: Json): boolean {
  if (types.some((type) => /Organization$|Business$|^(?:Place|Person|WebSite|Corporation)$/.test(type))) {
    return Boolean(node.telephone ?? node.email ?? node.address ?? node.openingHours ?? node.openingHoursSpecification);
  }
  return Boolean(node.openingHours ?? node.openingHoursSpecification ?? (node.telephone && node.address));
}

function businessBlock(node: Json, language: string | null): Block[] {
  const labels = labelsFor(language);
  const lines: string[] = [];
  const add = (label: string, value: string) => {
    if (value) lines.push(`${label}: ${value}`);
  };
  add(labels.telephone, textsOf(node.telephone));
  add(labels.email, textsOf(node.email).replace(/^mailto:/i, ""));
  for (const address of listOf(node.address)) add(labels.address, addressOf(address));
  for (const hours of listOf(node.openingHours)) add(labels.hours, oneLine(String(hours)));
  for (const hours of hoursOf(node.openingHoursSpecification, language)) add(labels.hours, hours);
  add(labels.prices, textsOf(node.priceRange));
  add(labels.payment, textsOf(node.paymentAccepted));
  if (lines.length === 0) return [];
  const name = shorten(textsOf(node.name), 120);
  return [{ headings: name ? [name] : [labels.contact], text: lines.join("\n"), anchor: null }];
}

function addressOf(address: unknown): string {
  if (typeof address === "string") return oneLine(address);
  if (!isObject(address)) return "";
  const city = [textsOf(address.postalCode), textsOf(address.addressLocality)].filter(Boolean).join(" ");
  const country = isObject(address.addressCountry)
    ? textsOf(address.addressCountry.name)
    : textsOf(address.addressCountry);
  return [textsOf(address.streetAddress), city, textsOf(address.addressRegion), country].filter(Boolean).join(", ");
}

function hoursOf(specification: unknown, language: string | null): string[] {
  const { closed } = labelsFor(language);
  return listOf(specification).flatMap((entry) => {
    if (!isObject(entry)) return [];
    const days = listOf(entry.dayOfWeek).map((day) => weekdayName(WEEKDAYS.indexOf(lastPart(String(day))), language));
    const opens = textsOf(entry.opens).slice(0, 5);
    const closes = textsOf(entry.closes).slice(0, 5);
    const dates = [textsOf(entry.validFrom), textsOf(entry.validThrough)].filter(Boolean).join(" – ");
    const when = [days.filter(Boolean).join(", "), dates && `(${dates})`].filter(Boolean).join(" ");
    if (!when) return [];
    return [`${when} ${opens && closes && opens !== closes ? `${opens}–${closes}` : closed}`];
  });
}

function questionsIn(page: Json): Block[] {
  return listOf(page.mainEntity).flatMap((question) => {
    if (!isObject(question)) return [];
    const asked = shorten(plain(question.name ?? question.text), 200);
    const answers = [...listOf(question.acceptedAnswer), ...listOf(question.suggestedAnswer)];
    const first = answers.find(isObject);
    const text = first ? plain(first.text) : "";
    return asked && text ? [{ headings: [asked], text, anchor: null }] : [];
  });
}

/** Answers may be HTML. */
function plain(value: unknown): string {
  if (typeof value !== "string") return "";
  return cleanLines(/[<&]/.test(value) ? flowText(parseHtml(value)) : value);
}

function textsOf(value: unknown): string {
  return listOf(value)
    .filter((one) => typeof one === "string" || typeof one === "number")
    .map((one) => oneLine(String(one)))
    .filter(Boolean)
    .join(", ");
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.slice(0, MAX_NODES) : [value];
}

function lastPart(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
