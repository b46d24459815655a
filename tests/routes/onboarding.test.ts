// The wizard from sign-up to the end, without a line of JavaScript in the browser.
import { expect, test } from "vitest";
import { scoreTenant } from "#app/domain/billing/health-scores.ts";
import { randomToken } from "#app/platform/ids.ts";
import * as billing from "#app/routes/_app.billing._index.tsx";
import * as start from "#app/routes/onboarding._index.ts";
import * as address from "#app/routes/onboarding.address.tsx";
import * as check from "#app/routes/onboarding.address_.check.ts";
import * as company from "#app/routes/onboarding.company.tsx";
import * as knowledge from "#app/routes/onboarding.knowledge.tsx";
import * as further from "#app/routes/onboarding.new.tsx";
import * as plan from "#app/routes/onboarding.plan.tsx";
import * as tryOut from "#app/routes/onboarding.try.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import * as switcher from "#app/routes/switch-tenant.tsx";
import { testDatabase } from "../setup/database.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
let count = 0;

async function newcomer(companyName = "Bright Smile"): Promise<Browser> {
  const browser = new Browser(services, `192.0.2.${++count}`);
  const email = `${randomToken(8).toLowerCase()}@example.test`;
  const fields = {
    displayName: "Ada",
    email,
    password: "correct horse battery",
    companyName,
    businessType: "healthcare",
  };
  await browser.post(signUp, "/sign-up", fields);
  return browser;
}

const look = { preset: "clinic", brand: "#0e6680" };
const claim = (browser: Browser, slug: string, more = look) =>
  browser.post(address, "/onboarding/address", { slug, ...more });
const begin = (browser: Browser) => browser.post(plan, "/onboarding/plan", { plan: "trial" });
const teach = (browser: Browser, fields: Record<string, string | File>) =>
  browser.post<{ intent: string; done: string | null; result: { error?: Record<string, string[]> } }>(
    knowledge,
    "/onboarding/knowledge",
    fields,
  );

async function live(slug: string): Promise<Browser> {
  const browser = await newcomer();
  await claim(browser, slug);
  await begin(browser);
  return browser;
}

test("the whole way: address, trial, knowledge, try, home", async () => {
  const browser = await newcomer();
  const first = await browser.get<{ slug: string; suffix: string; tokens: { preset: string } }>(
    address,
    "/onboarding/address",
  );
  expect(first.data).toMatchObject({ slug: "bright-smile", suffix: ".localhost:3000", tokens: { preset: "clinic" } });
  expect((await claim(browser, "bright-smile")).location).toBe("/onboarding/plan");
  expect((await begin(browser)).location).toBe("/onboarding/knowledge");
  const [tenant] =
    await database.sql`select status, trial_ends_at > now() as trying from tenants where slug = 'bright-smile'`;
  expect(tenant).toEqual({ status: "trialing", trying: true });
  expect(
    await database.sql`select 1 from provisioning_runs r join tenants t on t.id = r.tenant_id where t.slug = 'bright-smile'`,
  ).toHaveLength(1);
  expect((await teach(browser, { intent: "next" })).location).toBe("/onboarding/try");
  const done = await browser.post(tryOut, "/onboarding/try", {
    intent: "finish",
    allowedOrigins: "https://bright.example/",
  });
  expect(done.location).toBe("/home");
  const [key] =
    await database.sql`select k.allowed_origins from widget_keys k join tenants t on t.id = k.tenant_id where t.slug = 'bright-smile'`;
  expect(key?.allowed_origins).toEqual(["https://bright.example"]);
  expect((await browser.get(start, "/onboarding")).location).toBe("/home");
});

test("the wizard is taken up where it was left, and steps that aren't reached lead back to it", async () => {
  const browser = await newcomer();
  expect((await browser.get(start, "/onboarding")).location).toBe("/onboarding/address");
  for (const [route, path] of [
    [plan, "plan"],
    [knowledge, "knowledge"],
    [tryOut, "try"],
  ] as const) {
    expect((await browser.get(route, `/onboarding/${path}`)).location).toBe("/onboarding/address");
  }
  await claim(browser, "left-behind");
  expect((await browser.get(start, "/onboarding")).location).toBe("/onboarding/plan");
});

test("going back loses nothing, and an address that isn't live yet can be changed", async () => {
  const browser = await newcomer("Old Name");
  await claim(browser, "old-choice", { preset: "midnight", brand: "#aa3366" });
  await browser.post(company, "/onboarding/company", {
    companyName: "New Name",
    businessType: "wellness",
    region: "Bavaria",
  });
  type Seen = { slug: string; name: string; tokens: { preset: string; brand: string }; place: { reached: string } };
  const seen = await browser.get<Seen>(address, "/onboarding/address");
  expect(seen.data).toMatchObject({
    slug: "old-choice",
    name: "New Name",
    tokens: { preset: "midnight", brand: "#aa3366" },
    place: { reached: "plan" },
  });
  await claim(browser, "new-choice");
  expect(await database.sql`select host from domains where host like '%-choice.localhost'`).toEqual([
    { host: "new-choice.localhost" },
  ]);
});

test("what is wrong with an address is said while it is typed, and held when it is sent", async () => {
  await live("first-come");
  const browser = await newcomer();
  const states = [];
  for (const slug of ["ab", "admin", "-x-", "first-come", "still-free"]) {
    const { data } = await browser.get<{ state: string; message: string }>(
      check,
      `/onboarding/address/check?slug=${slug}`,
    );
    states.push(data.state);
    expect(data.message).not.toBe("");
  }
  expect(states).toEqual(["unfit", "unfit", "unfit", "taken", "free"]);
  const taken = await claim(browser, "first-come");
  expect([taken.status, taken.data.result.error]).toEqual([
    409,
    { slug: ["This address is taken. Please choose another."] },
  ]);
  expect((await claim(browser, "admin")).status).toBe(422);
});

test("of two who want one address at once, one gets it", async () => {
  const both = await Promise.all([newcomer(), newcomer()]);
  const answers = await Promise.all(both.map((browser) => claim(browser, "both-want-it")));
  expect(answers.map(({ status }) => status).sort()).toEqual([302, 409]);
});

test("starting the trial twice starts one trial and one run", async () => {
  const browser = await newcomer();
  await claim(browser, "twice");
  await Promise.all([begin(browser), begin(browser)]);
  const runs =
    await database.sql`select 1 from provisioning_runs r join tenants t on t.id = r.tenant_id where t.slug = 'twice'`;
  expect(runs).toHaveLength(1);
});

test("a trial's health is scored when it begins", async () => {
  const browser = await live("healthy-start");
  const [job] = await database.sql<{ data: { tenantId: string } }[]>`
    select j.data from pgboss.job j join tenants t on t.id = (j.data ->> 'tenantId')::uuid
    where j.name = 'health.score' and t.slug = 'healthy-start'`;
  await scoreTenant({ db: database.db.worker }, job?.data.tenantId ?? "");
  const { data } = await browser.get<{ health: { health: { score: number } | null } }>(billing, "/billing");
  expect(data.health.health?.score).toBeGreaterThan(0);
});

test("where nothing is sold only the trial can be begun, and what is no plan is refused", async () => {
  const browser = await newcomer();
  await claim(browser, "not-premium");
  expect((await browser.post(plan, "/onboarding/plan", { plan: "premium" })).status).toBe(409);
  expect((await browser.post(plan, "/onboarding/plan", { plan: "gold" })).status).toBe(422);
});

test("website, file and typed answer become sources, and can be removed", async () => {
  const browser = await live("teachable");
  expect((await teach(browser, { intent: "website", url: "www.teachable.example" })).data.done).toBe(
    "Your website is being read.",
  );
  const file = new File(["Prices\n\nA cleaning costs 90 dollars."], "prices.txt", { type: "text/plain" });
  expect((await teach(browser, { intent: "files", file })).data.done).toBe("Your file is being read.");
  const answer = { question: "When are you open?", answer: "From 8 to 6." };
  expect((await teach(browser, { intent: "question", ...answer })).data.done).not.toBeNull();
  type Seen = { sources: { id: string; kind: string }[]; questions: { id: string; question: string }[] };
  const seen = async () => (await browser.get<Seen>(knowledge, "/onboarding/knowledge")).data;
  const { sources, questions } = await seen();
  expect(sources.map(({ kind }) => kind).sort()).toEqual(["file", "website"]);
  expect(questions).toMatchObject([answer]);
  for (const { id } of sources) await teach(browser, { intent: "remove-source", id });
  for (const { id } of questions) await teach(browser, { intent: "remove-question", id });
  expect(await seen()).toMatchObject({ sources: [], questions: [] });
  const widget = await browser.get<{ origins: string }>(tryOut, "/onboarding/try");
  expect(widget.location).toBe("/onboarding/knowledge");
});

test("the website's origin is put forward as the place for the widget", async () => {
  const browser = await live("widget-place");
  await teach(browser, { intent: "website", url: "https://www.place.example/start" });
  await teach(browser, { intent: "next" });
  const { data } = await browser.get<{ origins: string; snippet: string }>(tryOut, "/onboarding/try");
  expect(data.origins).toBe("https://www.place.example");
  expect(data.snippet).toMatch(
    /^<script src="http:\/\/localhost:3000\/widget.js" data-key="wk_[\w-]{22}" async><\/script>$/,
  );
});

test("what can't be taken is said in words, and nothing of the file comes back", async () => {
  const browser = await live("picky");
  const photo = new File(["\u0089PNG secret"], "photo.png", { type: "image/png" });
  const refused = await teach(browser, { intent: "files", file: photo });
  expect(refused.status).toBe(415);
  expect(refused.data.result.error?.file?.[0]).toMatch(/^Only PDF/);
  expect(JSON.stringify(refused.data)).not.toContain("secret");
  expect((await teach(browser, { intent: "files" })).data.result.error?.file).toEqual(["Choose a file first."]);
  expect((await teach(browser, { intent: "website", url: "nonsense" })).status).toBe(422);
  expect((await teach(browser, { intent: "constructor" })).status).toBe(400);
});

test("a further organisation becomes the current one, and one can switch back", async () => {
  const browser = await live("first-of-two");
  await browser.post(further, "/onboarding/new", { companyName: "Second", businessType: "hospitality" });
  type Seen = { current: string; tenants: { tenantId: string; name: string }[] };
  const { data } = await browser.get<Seen>(switcher, "/switch-tenant");
  const second = data.tenants.find(({ name }) => name === "Second");
  const first = data.tenants.find(({ name }) => name !== "Second");
  expect(data.current).toBe(second?.tenantId);
  const back = await browser.post(switcher, "/switch-tenant", { tenantId: first?.tenantId ?? "" });
  expect(back.location).toBe("/onboarding/knowledge");
  const foreign = await (await newcomer()).post(switcher, "/switch-tenant", { tenantId: first?.tenantId ?? "" });
  const nowhere = await (await newcomer()).post(switcher, "/switch-tenant", {
    tenantId: "01a00000-0000-7000-8000-000000000000",
  });
  expect([foreign.status, foreign.data.result.error]).toEqual([404, nowhere.data.result.error]);
});

test("a further organisation is one, however often its form is sent; the next form makes another", async () => {
  const browser = await live("founds-once");
  const attempt = async () => (await browser.get<{ attempt: string }>(further, "/onboarding/new")).data.attempt;
  const form = { companyName: "Twice Sent", businessType: "hospitality", attempt: await attempt() };
  const found = (fields = form, by = browser) => by.post(further, "/onboarding/new", fields);
  const answers = await Promise.all([found(), found(), found()]);
  expect(answers.map(({ location }) => location)).toEqual(Array(3).fill("/onboarding/address"));
  const others = () => database.sql<{ name: string }[]>`
    select t.name from memberships m join tenants t on t.id = m.tenant_id
    where m.user_id = (select o.user_id from memberships o join tenants f on f.id = o.tenant_id where f.slug = 'founds-once')
      and t.slug is distinct from 'founds-once' order by t.created_at`;
  const names = async () => (await others()).map(({ name }) => name);
  expect(await names()).toEqual(["Twice Sent"]);
  // Another name, another form, and another person are each something new.
  await found({ ...form, companyName: "Second Thought" });
  await found({ ...form, attempt: await attempt() });
  expect(await names()).toEqual(["Twice Sent", "Second Thought", "Twice Sent"]);
  const stranger = await newcomer();
  await found(form, stranger);
  expect((await stranger.get<{ name: string }>(address, "/onboarding/address")).data.name).toBe("Twice Sent");
  expect(await names()).toHaveLength(3);
});

test("an agent or viewer can't walk the wizard for the owner", async () => {
  const browser = await live("owner-only");
  await database.sql`
    update memberships m set role = 'viewer' from tenants t where t.id = m.tenant_id and t.slug = 'owner-only'`;
  expect((await browser.get(knowledge, "/onboarding/knowledge")).status).toBe(403);
  expect((await teach(browser, { intent: "next" })).status).toBe(403);
  expect((await browser.get(start, "/onboarding")).location).toBe("/home");
});
