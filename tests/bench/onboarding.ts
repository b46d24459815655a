// From the sign-up form to a page one can use, on the server; and from the start of the trial to a host that answers.
import { randomUUID } from "node:crypto";
import { hashPassword } from "#app/domain/team/passwords.ts";
import { paths } from "#app/paths.ts";
import { type Client, openClient } from "./client.ts";
import { figure, median, type Report, times } from "./measure.ts";
import type { Stage } from "./stage.ts";

const REGISTRATIONS = 12;
const POLL_MS = 10;

export async function onboarding(stage: Stage, report: Report): Promise<void> {
  const client = openClient(`http://127.0.0.1:${stage.foyer.port}`, 2);
  const toPage: number[] = [];
  const hash: number[] = [];
  const toLive: number[] = [];
  for (let at = 0; at < REGISTRATIONS; at++) {
    hash.push(...(await times(1, () => hashPassword(`a long enough password ${at}`))));
    const slug = `bench-new-${at}`;
    const visitor = new Browser(client, stage.foyer.url);
    const startedAt = performance.now();
    const next = await visitor.post(paths.signUp(), {
      displayName: "Robin Bench",
      email: `${randomUUID()}@example.test`,
      password: "a long enough password",
      companyName: `Bench ${at}`,
      businessType: "healthcare",
      timeZone: "UTC",
    });
    await visitor.get(next);
    toPage.push(performance.now() - startedAt);
    await visitor.post(paths.onboardingAddress(), {
      slug,
      preset: "classic",
      brand: "#1f5b4a",
      ...(await visitor.presets()),
    });
    const submittedAt = performance.now();
    await visitor.post(paths.onboardingPlan(), { plan: "trial" });
    await live(stage, slug);
    toLive.push(performance.now() - submittedAt);
  }
  // The first ones find an empty house; what counts is the rest.
  const warm = (taken: number[]) => median(taken.slice(2));
  report(figure("onboarding.sign_up_to_page", warm(toPage), "ms", warm(hash)));
  report(figure("onboarding.sign_up_to_page_without_hash", warm(toPage) - warm(hash), "ms"));
  report(figure("onboarding.trial_to_live", warm(toLive), "ms"));
  await client.close();
}

/** Waits until the database says that the tenant's host has answered by itself, then asks for its page. */
async function live(stage: Stage, slug: string): Promise<void> {
  const host = `${slug}.localhost`;
  for (;;) {
    const [row] = await stage.sql`select 1 from domains where host = ${host} and status = 'live'`;
    if (row) break;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  const client = openClient(`http://127.0.0.1:${stage.foyer.port}`, 1);
  const page = await client.send({ path: "/", headers: { host: `${host}:${stage.foyer.port}`, accept: "text/html" } });
  if (!page.text.includes("Bench ")) throw new Error(`The host ${host} answers with another page.`);
  await client.close();
}

/** Cookies, origin and redirects as a browser minds them, without scripts. */
class Browser {
  #client: Client;
  #url: URL;
  #cookie = "";

  constructor(client: Client, url: string) {
    this.#client = client;
    this.#url = new URL(url);
  }

  #headers(): Record<string, string> {
    return { host: this.#url.host, accept: "text/html", ...(this.#cookie && { cookie: this.#cookie }) };
  }

  async get(path: string): Promise<string> {
    const { status, text } = await this.#client.send({ path, headers: this.#headers() });
    if (status !== 200) throw new Error(`${path} answers ${status}.`);
    return text;
  }

  /** Submits a form; where it leads to. */
  async post(path: string, fields: Record<string, string>): Promise<string> {
    const { status, headers, text } = await this.#client.send({
      method: "POST",
      path,
      headers: { ...this.#headers(), origin: this.#url.origin, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
    const cookie = [headers["set-cookie"]].flat().find((set) => set?.startsWith("foyer_session="));
    if (cookie) this.#cookie = cookie.split(";")[0] ?? "";
    const { location } = headers;
    if (status !== 302 || typeof location !== "string")
      throw new Error(`${path} answers ${status}: ${text.slice(0, 500)}`);
    return location;
  }

  /** The look that the address step proposes. */
  async presets(): Promise<Record<string, string>> {
    const text = await this.get(paths.onboardingAddress());
    const preset = /<input[^>]*name="preset"[^>]*value="([^"]+)"/.exec(text)?.[1];
    return preset ? { preset } : {};
  }
}
