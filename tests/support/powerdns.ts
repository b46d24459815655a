// The protocol of PowerDNS as its server speaks it: the same tests run against the simulator and the real one, so that
// the simulator can't drift away from it.
import { beforeEach, describe, expect, test } from "vitest";

export interface PowerDnsServer {
  /** Without `/api/v1`. */
  baseUrl: string;
  apiKey: string;
  clear(): Promise<void>;
}

export function speaksPowerDns(title: string, start: () => PowerDnsServer): void {
  describe(title, () => {
    const { baseUrl, apiKey, clear } = start();
    const root = `${baseUrl}/api/v1/servers/localhost`;

    async function call(method: string, path: string, body?: unknown, key = apiKey) {
      const headers = { "x-api-key": key, accept: "application/json" };
      const response = await fetch(`${root}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    }
    const change = (name: string, type: string, contents: string[], more: object = {}) => ({
      rrsets: [
        {
          name,
          type,
          ttl: 300,
          changetype: "REPLACE",
          records: contents.map((content) => ({ content, disabled: false })),
          ...more,
        },
      ],
    });
    const patch = (...args: Parameters<typeof change>) => call("PATCH", "/zones/example.com.", change(...args));
    beforeEach(clear);

    test("record sets are replaced with 204 and read back with their names' dots", async () => {
      expect(await patch("acme.example.com.", "CNAME", ["edge.example.com."])).toEqual({ status: 204, body: null });
      const { body } = await call("GET", "/zones/example.com.?rrset_name=acme.example.com.&rrset_type=CNAME");
      const lines = [{ content: "edge.example.com.", disabled: false }];
      expect(body).toMatchObject({ id: "example.com.", name: "example.com.", kind: "Native" });
      expect(body.rrsets).toEqual([
        { comments: [], name: "acme.example.com.", type: "CNAME", ttl: 300, records: lines },
      ]);
    });

    test("a set that isn't there may be deleted", async () => {
      const gone = { rrsets: [{ name: "nobody.example.com.", type: "A", changetype: "DELETE" }] };
      expect(await call("PATCH", "/zones/example.com.", gone)).toEqual({ status: 204, body: null });
    });

    test("sets that exclude each other are refused", async () => {
      await patch("acme.example.com.", "CNAME", ["edge.example.com."]);
      expect(await patch("acme.example.com.", "A", ["192.0.2.1"])).toEqual({
        status: 422,
        body: { error: "RRset acme.example.com. IN A: Conflicts with pre-existing RRset" },
      });
    });

    test.each<[string, Parameters<typeof change>, string]>([
      ["names without a dot", ["b.example.com", "A", ["192.0.2.1"]], "DNS Name 'b.example.com' is not canonical"],
      ["names elsewhere", ["b.other.test.", "A", ["192.0.2.1"]], "RRset b.other.test. IN A: Name is out of zone"],
      [
        "texts without quotes",
        ["t.example.com.", "TXT", ["hello"]],
        "Record t.example.com./TXT 'hello': Not in expected format (parsed as '\"hello\"')",
      ],
      [
        "targets without a dot",
        ["c.example.com.", "CNAME", ["a.example.com"]],
        "Record c.example.com./CNAME 'a.example.com': Not in expected format (parsed as 'a.example.com.')",
      ],
      [
        "two CNAMEs",
        ["c.example.com.", "CNAME", ["a.example.com.", "b.example.com."]],
        "RRset c.example.com. IN CNAME has more than one record",
      ],
      [
        "the same twice",
        ["a.example.com.", "A", ["192.0.2.1", "192.0.2.1"]],
        'Duplicate record in RRset a.example.com. IN A with content "192.0.2.1"',
      ],
      ["no TTL", ["a.example.com.", "A", ["192.0.2.1"], { ttl: undefined }], "Key 'ttl' not an Integer or not present"],
    ])("refused: %s", async (_, args, error) => {
      expect(await patch(...args)).toEqual({ status: 422, body: { error } });
    });

    test("a bad address is refused, and nothing of what came with it is kept", async () => {
      const good = change("good.example.com.", "A", ["192.0.2.1"]).rrsets;
      const bad = change("bad.example.com.", "A", ["192.0.2"]).rrsets;
      const answer = await call("PATCH", "/zones/example.com.", { rrsets: [...good, ...bad] });
      expect(answer.status).toBe(422);
      expect(answer.body.error).toMatch(/^Record bad\.example\.com\.\/A '192\.0\.2': Parsing record content/);
      const { body } = await call("GET", "/zones/example.com.?rrset_name=good.example.com.");
      expect(body.rrsets).toEqual([]);
    });

    test("zones are listed; unknown ones and wrong keys are refused in JSON", async () => {
      const { body } = await call("GET", "/zones?zone=example.com.");
      expect(body).toMatchObject([
        { id: "example.com.", name: "example.com.", url: "/api/v1/servers/localhost/zones/example.com." },
      ]);
      expect(await call("GET", "/zones/nowhere.test.")).toEqual({ status: 404, body: { error: "Not Found" } });
      expect(await call("GET", "/zones", undefined, "other")).toEqual({ status: 401, body: { error: "Unauthorized" } });
      const again = { name: "example.com.", kind: "Native", nameservers: [] };
      expect(await call("POST", "/zones", again)).toEqual({ status: 409, body: { error: "Conflict" } });
    });
  });
}
