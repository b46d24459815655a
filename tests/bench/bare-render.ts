// A bare server for comparison: holds a page's markup as React elements and renders them to a string per request.
// Usage: node tests/bench/bare-render.ts <file of HTML>; prints its port.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { load } from "cheerio";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";

const NAMES: Record<string, string> = { class: "className", for: "htmlFor", charset: "charSet" };
const KEPT = /^(data-|aria-)/;

const $ = load(readFileSync(process.argv[2] ?? "", "utf8"));
type Node = ReturnType<ReturnType<typeof $.root>["contents"]>[number];

function elementOf(node: Node, key: number): ReactNode {
  if (node.type === "text") return node.data;
  if (!("attribs" in node)) return null;
  const props: Record<string, unknown> = { key };
  for (const [name, value] of Object.entries(node.attribs)) {
    if (name === "style" || /^on/.test(name)) continue;
    const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    props[KEPT.test(name) ? name : (NAMES[name] ?? camel)] = value === "" ? true : value;
  }
  if (node.name === "script" || node.name === "style") {
    const text = node.children.map((child) => (child.type === "text" ? child.data : "")).join("");
    return createElement(node.name, { ...props, dangerouslySetInnerHTML: { __html: text } });
  }
  const children = node.children.map(elementOf).filter((child) => child !== null);
  return createElement(node.name, props, ...children);
}

const page = $("html")
  .toArray()
  .map((root, key) => elementOf(root, key));
const server = createServer((_request, response) => {
  const html = `<!DOCTYPE html>${renderToString(page)}`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(html) });
  response.end(html);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`ready ${typeof address === "object" && address ? address.port : 0}`);
});
process.once("SIGTERM", () => process.exit(0));
