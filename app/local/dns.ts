// Loaded with --import in local mode: lets *.localhost resolve to loopback, as browsers and curl do (RFC 6761 §6.3).
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const isLocal = (host: unknown): boolean => typeof host === "string" && /(^|\.)localhost\.?$/i.test(host);

const lookup = dns.lookup;
const promised = dns.promises.lookup;

// Every overload ends in the same native call; only the name is exchanged.
dns.lookup = new Proxy(lookup, {
  apply: (target, self, [host, ...rest]) => Reflect.apply(target, self, [isLocal(host) ? "127.0.0.1" : host, ...rest]),
});
dns.promises.lookup = new Proxy(promised, {
  apply: (target, self, [host, ...rest]) => Reflect.apply(target, self, [isLocal(host) ? "127.0.0.1" : host, ...rest]),
});
syncBuiltinESMExports();
