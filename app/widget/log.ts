// The conversation as the visitor sees it: bubbles, answers as they stream in, sources, what failed.

import { el, icon } from "./dom.ts";
import { linkParts, sourcesOf } from "./links.ts";
import { fill, type Strings } from "./strings.ts";
import type { Citation, Reply } from "./wire.ts";

export interface VisitorMessage {
  /** Marks the message as not delivered, with a button that tries again; the button goes when it is pressed. */
  fail(retry: () => void): void;
  remove(): void;
}

export interface Answer {
  token(text: string): void;
  /** Puts the whole answer in the place of what has streamed in; an empty one only says that people will answer. */
  finish(reply: Reply): void;
  remove(): void;
}

export interface MessageLog {
  element: HTMLElement;
  setAgent(name: string): void;
  clear(): void;
  addVisitor(text: string): VisitorMessage;
  addAgent(text: string, citations: readonly Citation[]): void;
  startAnswer(): Answer;
  /** Says that the conversation is being loaded, until the returned function is called. */
  addLoading(): () => void;
  scrollToEnd(): void;
}

/** A line with an icon that says what is the matter, and at most one thing to do about it. */
export function notice(kind: "problem" | "handoff", text: string, action?: { label: string; run: () => void }) {
  const element = el(
    "p",
    { class: `notice ${kind}` },
    icon(kind === "problem" ? "alert" : "person"),
    el("span", {}, text),
  );
  if (action) {
    const button = el("button", { class: "again", type: "button" }, action.label);
    button.addEventListener("click", action.run);
    element.append(button);
  }
  return element;
}

function sourceList(citations: readonly Citation[], strings: Strings): HTMLElement | null {
  const sources = sourcesOf(citations);
  if (sources.length === 0) return null;
  const list = el("ol", { class: "sources", "aria-label": strings.sources });
  sources.forEach(({ text, href }, index) => {
    const label = [el("span", { class: "number" }, String(index + 1)), el("span", { class: "title" }, text)];
    const hint = el("span", { class: "unseen" }, `(${strings.newTab})`);
    list.append(
      el(
        "li",
        {},
        href ? link(href, "source", ...label, icon("out"), hint) : el("span", { class: "source" }, ...label),
      ),
    );
  });
  return list;
}

function link(href: string, kind: string, ...children: (Node | string)[]): HTMLElement {
  return el("a", { href, class: kind, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** Makes an empty log. */
export function createLog(strings: Strings): MessageLog {
  const element = el("div", {
    class: "log",
    role: "log",
    "aria-live": "polite",
    "aria-label": strings.conversation,
    tabindex: "0",
  });
  let agent = strings.agent;
  /** People answer, the agent is silent, and the visitor has been told so. */
  let toldSilent = false;

  function message(role: "visitor" | "agent", bubble: HTMLElement): HTMLElement {
    const author = el("span", { class: "unseen" }, `${role === "visitor" ? strings.you : agent}: `);
    return el("div", { class: `message ${role}`, "data-message": role }, author, bubble);
  }

  /** The answer that came last: the log follows it down, but never past its first line. */
  let anchor: HTMLElement | null = null;
  let following = true;

  function restingPlace(): number {
    const end = element.scrollHeight - element.clientHeight;
    return anchor ? Math.min(end, anchor.offsetTop - 12) : end;
  }

  function settle(): void {
    if (following) element.scrollTop = restingPlace();
  }

  function scrollToEnd(): void {
    following = true;
    settle();
  }

  // Whoever scrolls up to read stays there.
  element.addEventListener("scroll", () => {
    following = element.scrollTop > restingPlace() - 80;
  });
  // The log shrinks when suggestions, a notice or the keyboard come up.
  new ResizeObserver(settle).observe(element);

  function agentMessage(text: string, citations: readonly Citation[]): HTMLElement {
    const bubble = el("div", { class: "bubble", dir: "auto" });
    for (const part of linkParts(text, citations))
      bubble.append(part.href ? link(part.href, "inline", part.text) : part.text);
    const row = message("agent", bubble);
    const sources = sourceList(citations, strings);
    if (sources) row.append(sources);
    return row;
  }

  return {
    element,
    scrollToEnd,
    setAgent(name) {
      agent = name;
    },
    clear() {
      anchor = null;
      element.replaceChildren();
    },

    addVisitor(text) {
      const row = message("visitor", el("div", { class: "bubble", dir: "auto" }, text));
      anchor = null;
      element.append(row);
      scrollToEnd();
      return {
        fail(retry) {
          const failure = notice("problem", strings.failed, {
            label: strings.retry,
            run() {
              failure.remove();
              retry();
            },
          });
          row.append(failure);
          scrollToEnd();
        },
        remove: () => row.remove(),
      };
    },

    addAgent(text, citations) {
      if (text.trim() !== "") element.append(agentMessage(text, citations));
    },

    addLoading() {
      const line = el("p", { class: "loading" }, strings.loading);
      element.append(line);
      return () => line.remove();
    },

    startAnswer() {
      const dots = el("div", { class: "dots", "aria-hidden": "true" }, el("i", {}), el("i", {}), el("i", {}));
      const typing = el("span", { class: "unseen" }, fill(strings.typing, agent));
      const bubble = el("div", { class: "bubble", dir: "auto" }, dots, typing);
      const row = el("div", { class: "message agent", "data-message": "typing" }, bubble);
      anchor = row;
      element.append(row);
      scrollToEnd();
      let streamed: Text | null = null;
      return {
        token(text) {
          if (streamed) {
            streamed.appendData(text);
          } else {
            // Screen readers hear the finished answer once, instead of every piece of it.
            row.setAttribute("aria-hidden", "true");
            streamed = document.createTextNode(text);
            bubble.replaceChildren(streamed);
          }
          settle();
        },
        finish(reply) {
          if (reply.text.trim() === "") {
            anchor = null;
            row.remove();
            // Said once, not after every message to a person.
            if (!toldSilent) element.append(notice("handoff", strings.silent));
            toldSilent = true;
            scrollToEnd();
            return;
          }
          toldSilent = false;
          const final = agentMessage(reply.text, reply.citations);
          if (reply.handoff) final.append(notice("handoff", strings.handoff));
          anchor = final;
          row.replaceWith(final);
          settle();
        },
        remove() {
          anchor = null;
          row.remove();
        },
      };
    },
  };
}
