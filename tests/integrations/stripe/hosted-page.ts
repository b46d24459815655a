// A person before the simulator's hosted pages: reads, follows links, fills forms in by their labels.
import { load } from "cheerio";
import { expect } from "vitest";

/** A page with its forms; where a redirect leads away from the simulator, its target. */
export class Page {
  readonly #origin: string;
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly #html: ReturnType<typeof load>;
  constructor(origin: string, url: string, status: number, html: string) {
    this.#origin = origin;
    this.url = url;
    this.status = status;
    this.#html = load(html);
    this.text = this.#html("main").text().replace(/\s+/g, " ").trim();
  }
  get alert(): string {
    return this.#html("[role=alert]").text();
  }
  /** The form that has this button. */
  async press(button: string | RegExp, typed: Record<string, string> = {}): Promise<Page> {
    const $ = this.#html;
    const found = $("button").filter((_, one) => {
      const name = $(one).text().trim();
      return typeof button === "string" ? name === button : button.test(name);
    });
    const form = found.first().closest("form");
    expect([button, form.length]).toEqual([button, 1]);
    const body = new URLSearchParams();
    for (const one of form.find("input, select").toArray()) {
      const name = $(one).attr("name") ?? "";
      const value =
        one.tagName === "select"
          ? ($(one).find("option[selected], option").first().attr("value") ?? "")
          : $(one).attr("value");
      body.set(name, value ?? "");
    }
    for (const [label, value] of Object.entries(typed)) {
      const field = form
        .find("label")
        .filter((_, one) => $(one).text().startsWith(label))
        .attr("for");
      expect([label, field]).toEqual([label, expect.any(String)]);
      body.set(field ?? "", value);
    }
    body.set(found.first().attr("name") ?? "", found.first().attr("value") ?? "");
    return hostedPage(this.#origin, new URL(form.attr("action") ?? "", this.url).href, { method: "POST", body });
  }
  async follow(link: string): Promise<Page> {
    const $ = this.#html;
    const href = $("a")
      .filter((_, one) => $(one).text().includes(link))
      .attr("href");
    expect([link, href]).toEqual([link, expect.any(String)]);
    return hostedPage(this.#origin, new URL(href ?? "", this.url).href);
  }
}

/** Opens a page and goes where it leads; what lies beyond `origin` isn't opened. */
export async function hostedPage(origin: string, url: string, init: RequestInit = {}): Promise<Page> {
  if (!url.startsWith(origin)) return new Page(origin, url, 0, "");
  const response = await fetch(url, { redirect: "manual", ...init });
  const to = response.headers.get("location");
  if (to === null) return new Page(origin, url, response.status, await response.text());
  const target = new URL(to, url).href;
  return target.startsWith(origin) ? hostedPage(origin, target) : new Page(origin, target, response.status, "");
}
