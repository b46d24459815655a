// Holds the house's plan: who may import whom, where the environment and SQL are touched, how large files get, what no
// file is called. Every rule is also tried on a violation, to show that it can fail.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

interface Source {
  /** Path from the project's root, with forward slashes. */
  path: string;
  text: string;
}
type Rule = (source: Source) => string[];

const root = resolve(import.meta.dirname, "..");
const CODE = /\.(ts|tsx|js|mjs)$/;

function read(folder: string): Source[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .map((name) => join(root, folder, name))
    .filter((file) => statSync(file).isFile() && (CODE.test(file) || file.endsWith(".sql")))
    .map((file) => ({ path: relative(root, file).split(sep).join("/"), text: readFileSync(file, "utf8") }));
}

const sources = [...read("app"), ...read("jobs"), ...read("supabase"), ...read("tests")];
const product = sources.filter(({ path }) => !path.startsWith("tests/"));

/** What a file imports: project paths from the root, packages by name; `type` marks imports that vanish. */
function importsOf({ path, text }: Source): { target: string; type: boolean }[] {
  const statements =
    /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;
  return [...text.matchAll(statements)].map((match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const target = specifier.startsWith("#app/")
      ? specifier.replace("#app/", "app/")
      : specifier.startsWith(".")
        ? posix.normalize(posix.join(dirname(path), specifier))
        : specifier;
    return { target, type: match[1] !== undefined };
  });
}

const withoutComments = (text: string): string => text.replace(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, "");

/** Rooms by the start of a path, the longest first. */
const ROOMS = [
  "app/platform",
  "app/domain",
  "app/integrations",
  "app/web",
  "app/ui",
  "app/routes",
  "app/widget",
  "app/local",
  "app/server",
  "jobs",
  "supabase/functions",
];
const roomOf = (path: string): string | null =>
  ROOMS.find((room) => path === room || path.startsWith(`${room}/`)) ?? null;

/** Rooms that each room may import from; its own goes without saying. */
const MAY_IMPORT: Record<string, string[]> = {
  "app/platform": [],
  "app/domain": ["app/platform"],
  "app/integrations": ["app/platform", "app/domain"],
  "app/web": ["app/platform", "app/domain"],
  "app/ui": [],
  "app/routes": ["app/web", "app/ui", "app/domain", "app/platform"],
  "app/widget": [],
  "app/server": ["app/platform", "app/domain", "app/web"],
  jobs: ["app/platform", "app/domain"],
  "supabase/functions": ["app/web", "app/domain", "app/platform"],
};
/** Single files that lie outside of the rooms and may be imported from the named rooms. */
const FILES: Record<string, string[]> = {
  "app/paths.ts": ["app/routes", "app/ui", "app/web", "app/domain", "jobs"],
  "app/wiring.ts": ["app/web", "app/server", "app/local", "jobs", "supabase/functions", "app/routes"],
};
/** The order of the domain's topics: each may import those before it; rightward needs travel as events. */
const TOPICS = [
  ...["audit", "events", "mail", "webhooks", "tenants", "team", "billing", "branding", "knowledge", "agent"],
  ...["provisioning", "crm", "sequences", "analytics", "data", "admin"],
];
const topicOf = (path: string): number => TOPICS.indexOf(/^app\/domain\/([\w-]+)\//.exec(path)?.[1] ?? "");
const topics: Rule = (source) =>
  importsOf(source)
    .filter(({ target }) => target.startsWith("app/domain/") && source.path.startsWith("app/domain/"))
    .filter(({ target, type }) => !type && topicOf(target) > topicOf(source.path))
    .map(({ target }) => `${source.path} imports ${target}, which stands after it`);

const SCHEMA = /^app\/domain\/[\w-]+\/[\w-]+\.schema\.ts$/;
/** Domain files that may reach the browser: schemas, and files whose values come from nothing but such files. */
function isPure(path: string, seen: string[] = []): boolean {
  const source = sources.find((one) => one.path === path);
  if (!source || !path.startsWith("app/domain/") || seen.includes(path)) return false;
  const needed = importsOf(source).filter(({ type }) => !type);
  return needed.every(({ target }) => (target === "zod" ? SCHEMA.test(path) : isPure(target, [...seen, path])));
}

const direction: Rule = (source) => {
  const room = roomOf(source.path);
  if (!room || room === "app/local") return [];
  return importsOf(source)
    .filter(({ target }) => target.startsWith("app/") || target.startsWith("jobs/") || target.startsWith("supabase/"))
    .filter(({ target, type }) => {
      const to = roomOf(target);
      if (to === room) return false;
      if (type && target === "app/wiring.ts") return false;
      if (target in FILES) return !FILES[target]?.includes(room);
      if (room === "app/ui" || room === "app/widget") return !(type || to === "app/ui" || isPure(target));
      return to === null || !MAY_IMPORT[room]?.includes(to);
    })
    .map(({ target }) => `${source.path} imports ${target}`);
};

const environment: Rule = ({ path, text }) =>
  path !== "app/platform/env.ts" && /\bprocess\.env\b|\bDeno\.env\b|import\.meta\.env\b/.test(text)
    ? [`${path} reads the environment`]
    : [];

/** postgres.js in hand, or a statement in a template: only the floor, the domain and the local server may. */
const SQL_ROOMS = ["app/platform/", "app/domain/", "app/local/"];
const STATEMENT =
  /`\s*(select|insert into|update|delete from|with|begin|commit|set local)\s[^`]*(\sfrom\s|\sset\s|\svalues|\(|;)/i;
const sql: Rule = (source) => {
  if (SQL_ROOMS.some((room) => source.path.startsWith(room)) || source.path === "app/server/ready.ts") return [];
  const code = withoutComments(source.text);
  const client = importsOf(source).some(({ target }) => target === "postgres");
  return client || STATEMENT.test(code) ? [`${source.path} speaks SQL`] : [];
};

const size: Rule = ({ path, text }) => {
  const lines = text.split("\n").length - 1;
  return lines > 300 && !path.endsWith("_jobs.sql") ? [`${path} has ${lines} lines`] : [];
};

const names: Rule = ({ path }) => {
  const parts = path.replace(/\.\w+$/, "").split("/");
  return parts.some((part) => /^(utils?|helpers?|misc|common|shared|lib)$/i.test(part))
    ? [`${path} says nothing by its name`]
    : [];
};

const barrels: Rule = ({ path, text }) => {
  const code = withoutComments(text).trim();
  const lines = code.split(/;\s*\n?/).filter((line) => line.trim() !== "");
  const isBarrel =
    lines.length > 0 && lines.every((line) => /^\s*export\s+(type\s+)?(\*|\{[^}]*\})\s+from\s/.test(line));
  return isBarrel ? [`${path} only passes on what others export`] : [];
};

const language: Rule = ({ path, text }) => {
  if (path.endsWith(".sql") || path.endsWith(".js")) return [];
  const found: string[] = [];
  if (/^\s*(export\s+)?(const\s+)?enum\s/m.test(text)) found.push("an enum");
  if (/^\s*(export\s+)?namespace\s/m.test(text)) found.push("a namespace");
  if (/@ts-(ignore|nocheck|expect-error)/.test(text) && !path.startsWith("tests/architecture"))
    found.push("a silenced type error");
  return found.map((what) => `${path} has ${what}`);
};

/** A path of whoever wrote the file works on no other machine. */
const machine: Rule = ({ path, text }) => {
  const own = [root, dirname(root), homedir()].filter((folder) => folder.length > 5);
  return own.some((folder) => text.includes(`${folder}/`)) ? [`${path} names a folder of one machine`] : [];
};

/** Shared rooms run in Deno too: nothing there may need a build step. */
const portable: Rule = ({ path }) =>
  /^app\/(platform|domain|integrations)\//.test(path) && path.endsWith(".tsx")
    ? [`${path} needs JSX where the edge has none`]
    : [];

const RULES: { name: string; rule: Rule; on: Source[]; violation: Source }[] = [
  {
    name: "imports go from the doors to the floor",
    rule: direction,
    on: product,
    violation: { path: "app/platform/db.ts", text: 'import { x } from "#app/domain/team/team.ts";' },
  },
  {
    name: "a topic imports only those before it",
    rule: topics,
    on: product,
    violation: { path: "app/domain/audit/audit.ts", text: 'import { x } from "#app/domain/agent/chat.ts";' },
  },
  {
    name: "only env.ts reads the environment",
    rule: environment,
    on: product,
    violation: { path: "app/web/forms.ts", text: "const port = process.env.PORT;" },
  },
  {
    name: "SQL stays in the domain and on the floor",
    rule: sql,
    on: product,
    violation: { path: "app/routes/home.tsx", text: "await tx`select * from tenants where id = 1`" },
  },
  {
    name: "no file is longer than 300 lines",
    rule: size,
    on: sources,
    violation: { path: "app/web/long.ts", text: "\n".repeat(301) },
  },
  { name: "no file is named for nothing", rule: names, on: sources, violation: { path: "app/web/utils.ts", text: "" } },
  {
    name: "no file only passes on exports",
    rule: barrels,
    on: product,
    violation: {
      path: "app/ui/index.ts",
      text: '// All.\nexport * from "./button.tsx";\nexport { a } from "./a.ts";\n',
    },
  },
  {
    name: "no enums, namespaces or silenced type errors",
    rule: language,
    on: sources,
    violation: { path: "app/web/x.ts", text: "export enum Colour { Red }" },
  },
  {
    name: "no path of one machine",
    rule: machine,
    on: sources,
    violation: { path: "app/web/x.ts", text: `const file = "${root}/app";` },
  },
  {
    name: "shared rooms have no JSX",
    rule: portable,
    on: product,
    violation: { path: "app/domain/mail/mail.tsx", text: "" },
  },
];

describe("the house", () => {
  test.each(RULES)("$name", ({ rule, on }) => {
    expect(on.flatMap(rule)).toEqual([]);
  });

  test.each(RULES)("this can fail: $name", ({ rule, violation }) => {
    expect(rule(violation)).toHaveLength(1);
  });

  test("a loader or action holds one thought: at most 15 lines", () => {
    const routes = product.filter(({ path }) => path.startsWith("app/routes/"));
    expect(routes.flatMap(longDoors)).toEqual([]);
    expect(
      longDoors({ path: "x.tsx", text: `export const loader = publicRoute(async () => {\n${"a();\n".repeat(16)}});` }),
    ).toHaveLength(1);
  });
});

/** Loaders and actions by the line on which they begin and the first line that closes at the margin. */
function longDoors({ path, text }: Source): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const name = /^export (?:const|async function|function) (loader|action)\b/.exec(line)?.[1];
    if (!name) return [];
    const end = lines.findIndex((later, index) => index >= at && /^[})]/.test(later));
    const inside = end < 0 ? 0 : end - at - 1;
    return inside > 15 ? [`${path}: ${name} has ${inside} lines`] : [];
  });
}
