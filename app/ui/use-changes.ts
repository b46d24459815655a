// Owns live pages: one event stream a tab tells which topics have news, and the page's loaders run again.
import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { paths } from "#app/paths.ts";

/** At most one look in this time: the first of a burst at once, the rest together. */
const THROTTLE_MS = 300;
/** How often to look, and to try the stream again, while there is none. */
const WITHOUT_STREAM_MS = 10_000;

type Listener = (topic: string) => void;

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

  function tell(topic: string): void {
    for (const listener of listeners) listener(topic);
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
    opened.addEventListener("change", (event) => tell(topicOf(event)));
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

function topicOf(event: MessageEvent<string>): string {
  try {
    const change: unknown = JSON.parse(event.data);
    const named = typeof change === "object" && change !== null && "topic" in change;
    return named && typeof change.topic === "string" ? change.topic : "*";
  } catch {
    return "*";
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
 * Runs the page's loaders again when something of these topics has changed in the tenant. Coming back to the tab and a
 * restored connection count as news as well.
 * @param topics e.g. "provisioning", "knowledge", "conversations"
 * @param address of the stream: the tenant's own, or the staff's of all tenants
 */
export function useChanges(topics: readonly string[], address: string = paths.events()): void {
  const revalidator = useRevalidator();
  const current = useRef(revalidator);
  current.current = revalidator;
  const key = topics.join(" ");

  useEffect(() => {
    const wanted = new Set(key.split(" "));
    pages.add(current);
    const stop = channelOf(address).listen((topic) => {
      if (topic === "*" || wanted.has(topic)) _timer ??= setTimeout(look, lookedAt + THROTTLE_MS - performance.now());
    });
    return () => {
      pages.delete(current);
      stop();
    };
  }, [key, address]);
}
