// Owns live pages: one event stream a tab tells which topics have news, and the page's loaders run again.
import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { paths } from "#app/paths.ts";

/** At most one look in this time: the first of a burst at once, the rest together. */
const THROTTLE_MS = 300;
/** How often to look, and to try the stream again, while there is none. */
const WITHOUT_STREAM_MS = 10_000;

/** @param id of what changed; empty where that isn't known: it may be anything */
type Listener = (topic: string, id: string) => void;

/** One event stream of this tab, open while somebody listens and the tab is seen. */
interface Channel {
  listen(listener: Listener): () => void;
}

const channels = new Map<string, Channel>();

function channelOf(address: string): Channel {
  const known = channels.get(address) ?? createChannel(address);
  channels.set(address, known);
  return known;
}

function createChannel(address: string): Channel {
  const listeners = new Set<Listener>();
  let stream: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function tell(topic: string, id = ""): void {
    for (const listener of listeners) listener(topic, id);
  }

  /** Hidden tabs let go of their stream: browsers allow few connections to one host over HTTP/1.1. */
  function settle(): void {
    clearTimeout(retry);
    const wanted = listeners.size > 0 && document.visibilityState === "visible";
    if (!wanted) {
      stream?.close();
      stream = null;
      return;
    }
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    const opened = new EventSource(address);
    stream = opened;
    // What happened between the page's loaders and this moment was told to nobody.
    opened.addEventListener("open", () => tell("*"));
    opened.addEventListener("change", (event) => tell(...changeOf(event)));
    opened.addEventListener("error", () => {
      // An interrupted stream comes back by itself; a refused one doesn't.
      if (opened.readyState !== EventSource.CLOSED || stream !== opened) return;
      retry = setTimeout(() => {
        tell("*");
        settle();
      }, WITHOUT_STREAM_MS);
    });
  }

  function onVisibility(): void {
    settle();
    if (document.visibilityState === "visible") tell("*");
  }

  return {
    listen(listener) {
      if (listeners.size === 0) document.addEventListener("visibilitychange", onVisibility);
      listeners.add(listener);
      settle();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) document.removeEventListener("visibilitychange", onVisibility);
        settle();
      };
    },
  };
}

function changeOf(event: MessageEvent<string>): [topic: string, id: string] {
  try {
    const change: unknown = JSON.parse(event.data);
    const named = typeof change === "object" && change !== null && "topic" in change && "id" in change;
    return named && typeof change.topic === "string" ? [change.topic, String(change.id)] : ["*", ""];
  } catch {
    return ["*", ""];
  }
}

/** Frame and page listen both; a look runs the loaders of either, so they share it. */
const pages = new Set<{ current: ReturnType<typeof useRevalidator> }>();
let _timer: ReturnType<typeof setTimeout> | undefined;
let lookedAt = Number.NEGATIVE_INFINITY;

function look(): void {
  _timer = undefined;
  const [page] = pages;
  if (!page) return;
  if (page.current.state === "idle") {
    lookedAt = performance.now();
    page.current.revalidate();
  } else _timer = setTimeout(look, THROTTLE_MS);
}

/**
 * Calls back when something of these topics has changed in the tenant. Coming back to the tab and a restored connection
 * count as news as well.
 * @param only the id of the one thing whose news count; undefined: of all
 */
export function useNews(
  topics: readonly string[],
  onNews: () => void,
  address: string = paths.events(),
  only?: string,
): void {
  const current = useRef(onNews);
  current.current = onNews;
  const key = topics.join(" ");
  useEffect(() => {
    const wanted = new Set(key.split(" "));
    return channelOf(address).listen((topic, id) => {
      const meant = wanted.has(topic) && (only === undefined || id === "" || id === only);
      if (topic === "*" || meant) current.current();
    });
  }, [key, address, only]);
}

/**
 * Runs the page's loaders again when something of these topics has changed in the tenant.
 * @param topics e.g. "provisioning", "knowledge", "conversations"
 * @param address of the stream: the tenant's own, or the staff's of all tenants
 * @param only as for `useNews`
 */
export function useChanges(topics: readonly string[], address: string = paths.events(), only?: string): void {
  const revalidator = useRevalidator();
  const current = useRef(revalidator);
  current.current = revalidator;
  useEffect(() => {
    pages.add(current);
    return () => {
      pages.delete(current);
    };
  }, []);
  useNews(topics, scheduleLook, address, only);
}

function scheduleLook(): void {
  _timer ??= setTimeout(look, lookedAt + THROTTLE_MS - performance.now());
}
