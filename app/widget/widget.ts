// The widget itself: loads, opens, sends, retries, and says what state it is in.

import { createComposer } from "./composer.ts";
import { el } from "./dom.ts";
import { createLog, notice, type VisitorMessage } from "./log.ts";
import { mount } from "./mount.ts";
import type { Options, Preview } from "./options.ts";
import { showPreview } from "./preview.ts";
import { openSession, randomUuid, type Sending } from "./session.ts";
import { createShell } from "./shell.ts";
import { fill, stringsFor } from "./strings.ts";
import { createTransport, type Failure } from "./transport.ts";
import type { Config } from "./wire.ts";

/** The public interface, `window.Foyer`. */
export interface Foyer {
  open(): void;
  close(): void;
  toggle(): void;
  /** Takes the widget off the page and ends what is under way. */
  destroy(): void;
}

/** How the widget stands towards its server. */
type Phase = "loading" | "ready" | "unreachable" | "paused";

/** Starts the widget on this page; it shows itself once the server has said that it may. */
export function startWidget(options: Options): Foyer {
  const life = new AbortController();
  const { signal } = life;
  const { lang, strings } = stringsFor(options.lang, document.documentElement.lang);
  const session = openSession(options.key, () => window.localStorage);
  const transport = createTransport({ endpoint: options.endpoint, key: options.key, signal });

  const log = createLog(strings);
  const composer = createComposer(strings, (text) => send(text));
  const notices = el("div", { role: "status" });
  const chips = el("div", { class: "chips", role: "group", "aria-label": strings.suggestions });
  const below = el("div", { class: "below" }, chips, notices, composer.element);
  const shell = createShell({
    mode: options.mode,
    lang,
    strings,
    content: [log.element, below],
    focusField: () => composer.focus(),
    onToggle: (open) => {
      if (open) opened();
    },
    signal,
  });

  let phase: Phase = "loading";
  let busy = false;
  let mounted = false;
  let hasHistory = false;
  let wantsOpen: boolean | null = null;
  let limitedUntil = 0;
  let refused = false;
  /** A message that was handed back to the field: sent unchanged, it keeps its id. */
  let returned: Sending | null = null;

  function show(): void {
    if (mounted || signal.aborted) return;
    mounted = true;
    mount(shell.root, options.mode === "page" ? options.target : null, signal);
    if (wantsOpen) shell.setOpen(true);
  }

  function refresh(): void {
    const waitMs = limitedUntil - Date.now();
    const offline = navigator.onLine === false && !options.preview;
    composer.setSendable(phase === "ready" && !busy && !offline && waitMs <= 0 && !options.preview);
    composer.element.hidden = phase === "paused";
    if (phase === "paused") setNotice(strings.paused);
    else if (offline) setNotice(strings.offline);
    else if (phase === "unreachable") setNotice(strings.unreachable, load);
    else if (waitMs > 0) setNotice(fill(strings.limited, Math.ceil(waitMs / 1000)));
    else setNotice(refused ? strings.refused : null);
    if (waitMs > 0) setTimeout(refresh, Math.min(1000, waitMs + 20));
  }

  let shown: string | null = null;
  function setNotice(text: string | null, retry?: () => void): void {
    if (text === shown) return;
    const isCountdown = shown !== null && limitedUntil > Date.now() && notices.dataset.kind === "limited";
    shown = text;
    notices.dataset.kind = limitedUntil > Date.now() ? "limited" : "";
    // A countdown is announced once, not every second.
    notices.setAttribute("aria-live", isCountdown ? "off" : "polite");
    notices.replaceChildren(
      ...(text === null ? [] : [notice("problem", text, retry && { label: strings.retry, run: retry })]),
    );
  }

  function setSuggestions(suggestions: string[]): void {
    chips.replaceChildren(
      ...suggestions.map((suggestion) => {
        const chip = el("button", { class: "chip", type: "button", dir: "auto" }, suggestion);
        chip.addEventListener("click", () => {
          if (send(suggestion)) composer.focus();
        });
        return chip;
      }),
    );
    chips.hidden = suggestions.length === 0;
  }

  function showConfig(config: Config): void {
    shell.setIdentity(config.agent, config.tenant, config.online, config.test);
    shell.setTheme(config.theme);
    log.setAgent(config.agent || config.tenant || strings.agent);
    log.clear();
    if (config.greeting) log.addAgent(config.greeting, []);
    let last: VisitorMessage | null = null;
    for (const message of config.messages) {
      if (message.role === "visitor") last = log.addVisitor(message.body);
      else log.addAgent(message.body, message.citations);
    }
    setSuggestions(config.messages.length === 0 ? config.suggestions : []);
    resume(config, last);
    log.scrollToEnd();
  }

  /** Takes up a message that the page before this one left unanswered. */
  function resume({ messages }: Config, last: VisitorMessage | null): void {
    const pending = session.pending();
    if (!pending || !hasHistory) return;
    const newest = messages[messages.length - 1];
    const asked = messages.filter((message) => message.role === "visitor").pop();
    const arrived = asked !== undefined && (asked.id === pending.id || asked.body === pending.text);
    if (arrived && newest?.role === "agent") {
      session.release();
      if (!shell.isOpen()) shell.setUnread(true);
    } else if (arrived && last) {
      void deliver(pending, last);
    } else {
      const bubble = log.addVisitor(pending.text);
      bubble.fail(() => void deliver(pending, bubble));
    }
  }

  async function load(): Promise<void> {
    phase = "loading";
    refresh();
    const withHistory = session.known() && (shell.isOpen() || session.pending() !== null);
    const settled = withHistory ? log.addLoading() : null;
    const outcome = await transport.load(withHistory ? session.id() : null);
    settled?.();
    if (signal.aborted) return;
    if (outcome.ok) {
      phase = "ready";
      hasHistory = withHistory || !session.known();
      showConfig(outcome.value);
    } else {
      meet(outcome.failure);
    }
    if (signal.aborted) return;
    refresh();
    show();
    if (phase === "ready" && !hasHistory && shell.isOpen()) void load();
  }

  /** Takes in a failure of loading. */
  function meet(failure: Failure): void {
    if (failure.kind === "denied") {
      console.warn(`Foyer: the chat isn't shown, because ${failure.reason}.`);
      destroy();
    } else {
      phase = failure.kind === "paused" ? "paused" : "unreachable";
    }
  }

  function opened(): void {
    log.scrollToEnd();
    if (phase === "unreachable" || (phase === "ready" && !hasHistory)) void load();
  }

  function send(text: string): boolean {
    if (phase !== "ready" || busy || navigator.onLine === false || limitedUntil > Date.now() || options.preview) {
      return false;
    }
    const sending = { id: returned?.text === text ? returned.id : randomUuid(), text };
    returned = null;
    refused = false;
    session.hold(sending);
    setSuggestions([]);
    void deliver(sending, log.addVisitor(text));
    return true;
  }

  async function deliver(sending: Sending, bubble: VisitorMessage): Promise<void> {
    busy = true;
    refresh();
    const answer = log.startAnswer();
    const outcome = await transport.send(session.id(), sending, answer.token);
    if (signal.aborted) return;
    busy = false;
    if (outcome.ok) {
      session.release();
      answer.finish(outcome.value);
      setSuggestions(outcome.value.suggestions);
      if (!shell.isOpen() && outcome.value.text !== "") shell.setUnread(true);
    } else {
      answer.remove();
      handBack(outcome.failure, sending, bubble);
    }
    refresh();
  }

  /** Settles a message that wasn't taken, so that nothing that the visitor wrote is lost. */
  function handBack(failure: Failure, sending: Sending, bubble: VisitorMessage): void {
    const retry = () => {
      composer.focus();
      if (busy || limitedUntil > Date.now()) bubble.fail(retry);
      else void deliver(sending, bubble);
    };
    if (failure.kind === "limited") limitedUntil = Date.now() + failure.seconds * 1000;
    if (failure.kind === "paused" || failure.kind === "denied") phase = "paused";
    if (failure.kind === "refused") refused = true;
    if (failure.kind === "network" || composer.text() !== "") {
      bubble.fail(retry);
      return;
    }
    bubble.remove();
    composer.setText(sending.text);
    returned = sending;
    if (failure.kind === "refused") session.release();
  }

  function destroy(): void {
    life.abort();
  }

  window.addEventListener("offline", refresh, { signal });
  window.addEventListener(
    "online",
    () => {
      refresh();
      if (phase === "unreachable") void load();
    },
    { signal },
  );
  shell.setIdentity("", "", null, false);
  setSuggestions([]);

  function preview(settings: Preview): void {
    phase = "ready";
    hasHistory = true;
    showPreview(settings, signal, { showConfig, setSuggestions, setTheme: shell.setTheme });
    refresh();
    show();
    shell.setOpen(true, false);
  }

  if (options.preview) preview(options.preview);
  else void load();

  function setOpen(open: boolean): void {
    if (mounted) shell.setOpen(open);
    else wantsOpen = open;
  }

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(mounted ? !shell.isOpen() : !wantsOpen),
    destroy,
  };
}
