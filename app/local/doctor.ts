// `npm run doctor`: checks the configuration and every configured service, and says what to do about each failure.
import { createConnection } from "node:net";
import { resolve } from "node:path";
import postgres from "postgres";
import { type Env, loadEnv } from "#app/platform/env.ts";
import { readMigrations } from "#app/platform/migrate.ts";
import { MIGRATIONS } from "./database.ts";
import { checkDeployments } from "./doctor-deployments.ts";
import { checkDns } from "./doctor-dns.ts";
import { checkPostalAddress } from "./doctor-mail.ts";
import { checkOdoo } from "./doctor-odoo.ts";
import { checkTls } from "./doctor-tls.ts";
import { readSecrets } from "./secrets.ts";
import { builtHash, sourceHash } from "./source-hash.ts";
import { isSimulated, stripeUrl } from "./stripe-keys.ts";
import { databaseUrl, LOGINS } from "./urls.ts";

export interface Finding {
  what: string;
  ok: boolean;
  /** What was found, or what to do. */
  say: string;
}

const WAIT_MS = 4_000;

/** Runs all checks; none of them changes anything. */
export async function examine(env: Env, root: string): Promise<Finding[]> {
  const findings = await Promise.all([
    ...LOGINS.map((login) => checkLogin(env, login)),
    checkMigrations(env),
    checkBuild(root),
    checkWeb(env),
    checkAnswer(
      "functions",
      `${env.functionsUrl.replace(/\/functions\/v1$/, "")}/healthz`,
      "Start them: npm start, or npm run start:functions.",
    ),
    checkSmtp(env),
    checkPostalAddress(env),
    ...checkStripe(env),
    ...checkDns(env),
    ...checkTls(env),
    ...checkDeployments(env),
    ...checkOdoo(env),
    ...(env.openai ? [checkOpenAi(env.openai)] : []),
    ...(env.supabase
      ? [
          checkAnswer(
            "Supabase Auth",
            `${env.supabase.url}/auth/v1/health`,
            "Check SUPABASE_URL and SUPABASE_ANON_KEY.",
            { apikey: env.supabase.anonKey },
          ),
        ]
      : []),
  ]);
  return [...checkSettings(env), ...findings];
}

function checkSettings(env: Env): Finding[] {
  const findings: Finding[] = [
    { what: "Node", ok: true, say: process.versions.node },
    { what: "configuration", ok: true, say: `${env.appUrl}, tenants under ${env.appDomain}` },
  ];
  const isPublic = env.appDomain !== "localhost";
  if (isPublic && !env.appUrl.startsWith("https:")) {
    findings.push({
      what: "APP_URL",
      ok: false,
      say: "Cookies and passwords travel readable. Put a proxy with TLS in front and use https.",
    });
  }
  if (isPublic && env.crawl.allowLoopback) {
    findings.push({
      what: "CRAWL_ALLOW_LOOPBACK",
      ok: false,
      say: "Anybody could make the crawler read this machine's own services. Take it out.",
    });
  }
  if (isPublic && /@127\.0\.0\.1|\/\/127\.0\.0\.1/.test(env.smtpUrl)) {
    findings.push({
      what: "SMTP_URL",
      ok: false,
      say: "Mails go to this machine's mailbox page, not to people. Set SMTP_URL.",
    });
  }
  return findings;
}

async function checkLogin(env: Env, login: (typeof LOGINS)[number]): Promise<Finding> {
  const what = `database as ${login}`;
  return attempt(
    what,
    "Start it (npm start brings its own), or check the address and password in the configuration.",
    async () => {
      const sql = connect(await databaseUrl(env, login));
      try {
        const [row] = await sql<{ version: string; super: boolean; bypass: boolean }[]>`
        select current_setting('server_version') as version, rolsuper as super, rolbypassrls as bypass
        from pg_roles where rolname = current_user`;
        if (login !== "migrator" && (row?.super || row?.bypass)) {
          return {
            what,
            ok: false,
            say: "This login may pass over row-level security. Use the one that the migrations create.",
          };
        }
        return { what, ok: true, say: `PostgreSQL ${row?.version}` };
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
  );
}

async function checkMigrations(env: Env): Promise<Finding> {
  return attempt("migrations", "Run: npm run migrate", async () => {
    const newest = (await readMigrations(MIGRATIONS)).at(-1)?.version ?? "";
    const sql = connect(await databaseUrl(env, "web"));
    try {
      const [row] = await sql<{ version: string | null }[]>`select app.schema_version() as version`;
      const current = (row?.version ?? "") >= newest;
      return {
        what: "migrations",
        ok: current,
        say: current ? `up to ${row?.version}` : "Some are missing. Run: npm run migrate",
      };
    } finally {
      await sql.end({ timeout: 1 });
    }
  });
}

async function checkBuild(root: string): Promise<Finding> {
  const built = builtHash(root);
  if (built === sourceHash(root)) return { what: "build", ok: true, say: built };
  return {
    what: "build",
    ok: false,
    say: `${built ? "Older than the sources" : "Missing"}. npm start makes it, or run: npm run build`,
  };
}

function checkWeb(env: Env): Promise<Finding> {
  // The edge lets nobody through to /readyz.
  const address = env.appDomain === "localhost" ? `http://127.0.0.1:${env.port}/readyz` : `${env.appUrl}/healthz`;
  return checkAnswer("web", address, "Start it: npm start, or npm run start:web.");
}

function checkAnswer(what: string, url: string, todo: string, headers: Record<string, string> = {}): Promise<Finding> {
  return attempt(what, todo, async () => {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(WAIT_MS) });
    return response.ok
      ? { what, ok: true, say: new URL(url).origin }
      : { what, ok: false, say: `${url} answered ${response.status}. ${todo}` };
  });
}

function checkOpenAi({ apiKey, baseUrl, model }: NonNullable<Env["openai"]>): Promise<Finding> {
  const base = (baseUrl ?? "https://api.openai.com/v1").replace(/\/$/, "");
  return checkAnswer(
    "OpenAI",
    `${base}/models/${encodeURIComponent(model)}`,
    "Check OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL.",
    {
      authorization: `Bearer ${apiKey}`,
    },
  );
}

function checkStripe(env: Env): Promise<Finding>[] {
  if (env.stripe) {
    const { apiKey, apiBase } = env.stripe;
    return [askStripe(apiBase ?? "https://api.stripe.com", apiKey, "Check STRIPE_SECRET_KEY."), checkStripeSecret(env)];
  }
  if (!isSimulated(env))
    return [Promise.resolve({ what: "Stripe", ok: false, say: "Nothing can be bought. Set STRIPE_SECRET_KEY." })];
  const apiKey = readSecrets(resolve(env.dataDir))?.stripe.apiKey ?? "";
  return [askStripe(stripeUrl(env), apiKey, "npm start brings a simulator; or set STRIPE_SECRET_KEY.")];
}

/** Any list will do: it takes a key that holds. */
async function askStripe(base: string, apiKey: string, todo: string): Promise<Finding> {
  const finding = await checkAnswer("Stripe", `${base.replace(/\/$/, "")}/v1/prices?limit=1`, todo, {
    authorization: `Bearer ${apiKey}`,
  });
  const mode = /^(sk|rk)_live_/.test(apiKey) ? "" : ", test mode: no money moves";
  return finding.ok ? { ...finding, say: `${finding.say}${mode}` } : finding;
}

async function checkStripeSecret(env: Env): Promise<Finding> {
  const what = "Stripe webhooks";
  const secrets = (env.stripeWebhookSecret ?? "").split(",").map((secret) => secret.trim());
  if (secrets.every((secret) => secret.startsWith("whsec_")))
    return { what, ok: true, say: secrets.length > 1 ? `${secrets.length} secrets` : "a secret is set" };
  const address = `${env.functionsUrl}/stripe-webhook`;
  const say = `Make an endpoint for ${address} at Stripe and put its signing secret (whsec_…) in STRIPE_WEBHOOK_SECRET.`;
  return { what, ok: false, say };
}

function checkSmtp(env: Env): Promise<Finding> {
  const { hostname, port, protocol } = new URL(env.smtpUrl);
  return attempt("mail", "Start it (npm start brings a mailbox), or check SMTP_URL.", async () => {
    const socket = createConnection({ host: hostname, port: Number(port) || (protocol === "smtps:" ? 465 : 587) });
    try {
      await new Promise<void>((done, failed) => {
        socket.setTimeout(WAIT_MS, () => failed(new Error("no answer")));
        socket.once("connect", () => done()).once("error", failed);
      });
      return { what: "mail", ok: true, say: hostname };
    } finally {
      socket.destroy();
    }
  });
}

async function attempt(what: string, todo: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason =
      cause instanceof Error ? cause.message || ("code" in cause ? String(cause.code) : cause.name) : String(cause);
    return { what, ok: false, say: `${reason.replace(/\.$/, "")}. ${todo}` };
  }
}

const connect = (url: string): postgres.Sql =>
  postgres(url, { max: 1, connect_timeout: WAIT_MS / 1000, onnotice: () => {} });

if (process.argv[2] === "doctor") {
  const findings = await examine(loadEnv(), resolve("."));
  for (const { what, ok, say } of findings) console.log(`${ok ? "ok  " : "FAIL"}  ${what.padEnd(22)} ${say}`);
  const failures = findings.filter(({ ok }) => !ok).length;
  console.log(failures === 0 ? "All is well." : `${failures} of ${findings.length} checks failed.`);
  process.exitCode = failures === 0 ? 0 : 1;
}
