import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSafeFetch, type HostAddress, type HostLookup, type SafeFetchOptions } from "#app/platform/http.ts";
import { kindOfAddress } from "#app/platform/http-address.ts";
import { refusal } from "../support/refusal.ts";

let server: Server;
let port = 0;
let hits = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    hits += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close().closeAllConnections());
beforeEach(() => {
  hits = 0;
  answer = (_request, response) => response.end("secret");
});

const v4 = (address: string): HostAddress => ({ address, family: 4 });
const unknownName: HostLookup = async () => {
  throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
};

function fetcher(allowLoopback: boolean, lookup: HostLookup = unknownName) {
  // Every port is open here, so that only the address check stands between a URL and the listener.
  return createSafeFetch({ allowLoopback, lookup, userAgent: "FoyerBot/test", ports: [80, 443, port] });
}

describe("addresses that aren't public", () => {
  const spellings = (p: number) => [
    `http://127.0.0.1:${p}/`,
    `http://localhost:${p}/`,
    `http://foo.localhost:${p}/`,
    `http://2130706433:${p}/`,
    `http://0177.0.0.1:${p}/`,
    `http://017700000001:${p}/`,
    `http://0x7f.0.0.1:${p}/`,
    `http://0x7f000001:${p}/`,
    `http://127.1:${p}/`,
    `http://127.0.1:${p}/`,
    `http://127.0.0.1.:${p}/`,
    `http://localhost.:${p}/`,
    `http://0:${p}/`,
    `http://0.0.0.0:${p}/`,
    `http://127.255.255.254:${p}/`,
    `http://[::1]:${p}/`,
    `http://[::]:${p}/`,
    `http://[::ffff:127.0.0.1]:${p}/`,
    `http://[::ffff:7f00:1]:${p}/`,
    `http://[::127.0.0.1]:${p}/`,
    `http://[64:ff9b::7f00:1]:${p}/`,
    `http://[64:ff9b:1::7f00:1]:${p}/`,
    `http://[2002:7f00:1::]:${p}/`,
    `http://user:pass@127.0.0.1:${p}/`,
    `http://example.com@127.0.0.1:${p}/`,
    `http://127.0.0.1:${p}\\@example.com/`,
    `http://①②⑦.0.0.1:${p}/`,
    `http://%31%32%37.0.0.1:${p}/`,
    `http://10.0.0.1:${p}/`,
    `http://172.16.0.1:${p}/`,
    `http://192.168.1.1:${p}/`,
    `http://169.254.169.254:${p}/latest/meta-data/`,
    `http://100.64.0.1:${p}/`,
    `http://198.18.0.1:${p}/`,
    `http://224.0.0.1:${p}/`,
    `http://255.255.255.255:${p}/`,
    `http://[fe80::1]:${p}/`,
    `http://[fc00::1]:${p}/`,
    `http://[fd12:3456::1]:${p}/`,
    `http://[ff02::1]:${p}/`,
    `http://[fec0::1]:${p}/`,
    `http://[2001:db8::1]:${p}/`,
    `http://[2001::1]:${p}/`,
  ];

  test("every spelling of a local address is refused without touching the listener", async () => {
    const fetch = fetcher(false);
    for (const url of spellings(port)) {
      const error = await refusal(fetch(url, { timeoutMs: 3_000 }));
      expect(["address_refused", "url_invalid"], url).toContain(error.reason);
    }
    expect(hits).toBe(0);
  });

  test("the listener does answer where loopback is allowed, so the refusals above mean something", async () => {
    const fetch = fetcher(true);
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    expect(decode((await fetch(`http://127.0.0.1:${port}/`)).bytes)).toBe("secret");
    expect(decode((await fetch(`http://localhost:${port}/`)).bytes)).toBe("secret");
    expect(decode((await fetch(`http://acme.localhost:${port}/`)).bytes)).toBe("secret");
    expect(hits).toBe(3);
  });

  test("allowing loopback opens nothing else", async () => {
    const fetch = fetcher(true);
    for (const host of [
      "10.0.0.1",
      "0.0.0.0",
      "169.254.169.254",
      "[::ffff:127.0.0.1]",
      "[fd00::1]",
      "[64:ff9b::7f00:1]",
    ]) {
      expect((await refusal(fetch(`http://${host}:${port}/`))).reason, host).toBe("address_refused");
    }
    expect(hits).toBe(0);
  });

  test("a name that resolves to a local address, alone or beside a public one, is refused", async () => {
    const local = [
      [v4("127.0.0.1")],
      [v4("93.184.216.34"), v4("127.0.0.1")],
      [v4("127.0.0.1"), v4("93.184.216.34")],
      [{ address: "::ffff:127.0.0.1", family: 6 as const }],
      [{ address: "fe80::1%lo", family: 6 as const }],
    ];
    for (const addresses of local) {
      const error = await refusal(fetcher(false, async () => addresses)(`http://rebind.example.com:${port}/`));
      expect(error.reason).toBe("address_refused");
    }
    expect(hits).toBe(0);
  });

  test("a name that changes from public to local between check and connect gains nothing", async () => {
    let asked = 0;
    const flip: HostLookup = async () => {
      asked += 1;
      return [v4(asked === 1 ? "192.0.66.2" : "127.0.0.1")];
    };
    const fetch = fetcher(false, flip);
    await refusal(fetch(`http://rebind.example.com:${port}/`, { timeoutMs: 400 }));
    expect(asked).toBe(1);
    expect((await refusal(fetch(`http://rebind.example.com:${port}/`, { timeoutMs: 400 }))).reason).toBe(
      "address_refused",
    );
    expect(hits).toBe(0);
  });

  test("a redirect to a local address is refused on the way", async () => {
    answer = (request, response) => {
      if (request.url === "/start") response.writeHead(302, { location: `http://10.0.0.1:${port}/` }).end();
      else response.end("secret");
    };
    const error = await refusal(fetcher(true)(`http://127.0.0.1:${port}/start`));
    expect(error.reason).toBe("address_refused");
    answer = (_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end();
    expect((await refusal(fetcher(true)(`http://127.0.0.1:${port}/`))).reason).toBe("url_invalid");
    answer = (_request, response) => response.writeHead(302, { location: `http://a:b@127.0.0.1:${port}/` }).end();
    expect((await refusal(fetcher(true)(`http://127.0.0.1:${port}/`))).reason).toBe("url_invalid");
  });

  test("only ports 80 and 443 are open on public addresses", async () => {
    const fetch = createSafeFetch({ allowLoopback: true, lookup: async () => [v4("93.184.216.34")], userAgent: "t" });
    for (const other of [22, 25, 5432, 6379, 8080]) {
      expect((await refusal(fetch(`http://example.com:${other}/`))).reason).toBe("port_refused");
    }
  });

  test("no mapped, translated or special address is ever public", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(kindOfAddress(`::ffff:${address}`)).toBe("refused");
        expect(kindOfAddress(`64:ff9b::${address}`)).toBe("refused");
        expect(kindOfAddress(`::${address}`)).not.toBe("public");
        const [a = 0, b = 0] = address.split(".").map(Number);
        const inner = [0, 10, 127].includes(a) || (a === 192 && b === 168) || (a === 169 && b === 254) || a >= 224;
        if (inner) expect(kindOfAddress(address)).not.toBe("public");
      }),
    );
    expect(kindOfAddress("93.184.216.34")).toBe("public");
    expect(kindOfAddress("2606:4700::1111")).toBe("public");
  });

  test("other schemes and nonsense are refused", async () => {
    for (const url of [
      "file:///etc/passwd",
      "ftp://example.com/",
      "gopher://127.0.0.1/",
      "data:text/html,x",
      "",
      "//x",
      "http://",
    ]) {
      expect((await refusal(fetcher(true)(url))).code, url).toBe("invalid");
    }
  });
});

describe("caps", () => {
  const get = (options: SafeFetchOptions = {}) => fetcher(true)(`http://127.0.0.1:${port}/`, options);

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ])("a %s bomb is cut at the cap, an honest body comes through", async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(64 * 2 ** 20));
    answer = (_request, response) => response.writeHead(200, { "content-encoding": encoding }).end(bomb);
    const before = process.memoryUsage().arrayBuffers;
    const error = await refusal(get({ maxBytes: 2 ** 20 }));
    expect(error.code).toBe("too_large");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
    answer = (_request, response) => response.writeHead(200, { "content-encoding": encoding }).end(compress("hello"));
    expect(new TextDecoder().decode((await get()).bytes)).toBe("hello");
  });

  test("nested and unknown compressions are refused, damaged ones are a plain error", async () => {
    for (const encoding of ["gzip, gzip", "zstd", "compress"]) {
      answer = (_request, response) => response.writeHead(200, { "content-encoding": encoding }).end("x");
      expect((await refusal(get())).reason).toBe("encoding_unknown");
    }
    answer = (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip at all");
    expect((await refusal(get())).code).toBe("bad_gateway");
  });

  test("a body over the cap is cut, whether it says its length or not", async () => {
    answer = (_request, response) =>
      response.writeHead(200, { "content-length": "5000000" }).end(Buffer.alloc(5_000_000));
    expect((await refusal(get({ maxBytes: 1_000 }))).code).toBe("too_large");
    answer = (_request, response) => response.end(Buffer.alloc(5_000_000));
    expect((await refusal(get({ maxBytes: 1_000 }))).code).toBe("too_large");
  });

  test("an answer that never starts, stops halfway, or trickles without end is cut", async () => {
    answer = () => {};
    expect((await refusal(get({ idleTimeoutMs: 50 }))).code).toBe("timeout");
    answer = (_request, response) => response.write("half");
    expect((await refusal(get({ idleTimeoutMs: 50 }))).code).toBe("timeout");
    answer = (_request, response) => {
      const drip = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(drip));
    };
    expect((await refusal(get({ idleTimeoutMs: 5_000, timeoutMs: 150 }))).code).toBe("timeout");
  });

  test("headers above 16 kB are cut", async () => {
    answer = (_request, response) => response.writeHead(200, { "x-long": "a".repeat(40_000) }).end();
    expect((await refusal(get())).code).toBe("too_large");
  });

  test("redirect loops end", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/again" }).end();
    expect((await refusal(get())).reason).toBe("redirect_loop");
    expect(hits).toBe(6);
  });

  test("the caller can stop it", async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error("stopped by the caller"));
    await expect(get({ signal: controller.signal })).rejects.toThrow("stopped by the caller");
  });
});

describe("what comes back", () => {
  test("redirects are followed to the final address, secrets stay with their origin", async () => {
    const seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === "/a") response.writeHead(301, { location: "/b#part" }).end();
      else if (request.url === "/b") response.writeHead(307, { location: `http://localhost:${port}/c` }).end();
      else response.end("there");
    };
    const got = await fetcher(true)(`http://127.0.0.1:${port}/a`, { headers: { Authorization: "Bearer x" } });
    expect(got.url).toBe(`http://localhost:${port}/c`);
    expect(seen).toEqual(["Bearer x", "Bearer x", undefined]);
  });

  test("with no redirects allowed the redirect itself is the answer", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/b" }).end();
    const got = await fetcher(true)(`http://127.0.0.1:${port}/`, { maxRedirects: 0, method: "POST", body: "{}" });
    expect(got.status).toBe(302);
  });

  test("a body nobody wants isn't read", async () => {
    answer = (_request, response) =>
      response.writeHead(200, { "content-type": "video/mp4" }).end(Buffer.alloc(100_000));
    const got = await fetcher(true)(`http://127.0.0.1:${port}/`, {
      wantsBody: ({ headers }) => headers.get("content-type") === "text/html",
    });
    expect(got.bytes.length).toBe(0);
  });

  test("failures are told in plain words", async () => {
    expect((await refusal(fetcher(true)("http://no-such-shop.example.com/"))).message).toContain("Check the spelling");
    expect((await refusal(fetcher(true)("http://127.0.0.1:1/"))).reason).toBe("connection_refused");
    answer = (request) => request.socket.destroy();
    expect((await refusal(fetcher(true)(`http://127.0.0.1:${port}/`))).reason).toBe("connection_lost");
  });
});
