// Where the visitor writes: the field, its character limit and the send button.

import { el, icon } from "./dom.ts";
import { fill, type Strings } from "./strings.ts";

/** The longest message that the chat takes, in UTF-16 units. */
export const MESSAGE_LIMIT = 4000;
const COUNT_FROM = 3600;

export interface Composer {
  element: HTMLElement;
  text(): string;
  setText(text: string): void;
  setSendable(sendable: boolean): void;
  focus(): void;
}

/** What is sent of what was typed: without control characters and outer white space. */
export function cleanMessage(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();
}

/** Makes the form; `onSend` gets a clean, non-empty message within the limit and says whether it took it. */
export function createComposer(strings: Strings, onSend: (text: string) => boolean): Composer {
  const field = el("textarea", {
    id: "foyer-input",
    rows: "1",
    dir: "auto",
    placeholder: strings.placeholder,
    autocomplete: "off",
    enterkeyhint: "send",
    "aria-describedby": "foyer-count",
  });
  const label = el("label", { class: "unseen", for: "foyer-input" }, strings.input);
  const button = el("button", { class: "send", type: "submit", "aria-label": strings.send }, icon("send"));
  const count = el("p", { class: "count", id: "foyer-count" });
  const form = el("form", { novalidate: "" }, label, field, button);
  let sendable = false;

  function refresh(): void {
    const left = MESSAGE_LIMIT - cleanMessage(field.value).length;
    const isOver = left < 0;
    count.hidden = left > MESSAGE_LIMIT - COUNT_FROM;
    count.textContent = count.hidden ? "" : fill(isOver ? strings.over : strings.left, Math.abs(left));
    count.className = isOver ? "count over" : "count";
    field.setAttribute("aria-invalid", String(isOver));
    button.disabled = !sendable || isOver || left === MESSAGE_LIMIT;
    field.style.height = "";
    if (field.scrollHeight > 44) field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
  }

  function submit(): void {
    refresh();
    if (button.disabled || !onSend(cleanMessage(field.value))) return;
    field.value = "";
    refresh();
    field.focus();
  }

  field.addEventListener("input", refresh);
  field.addEventListener("keydown", (event) => {
    // An Enter that ends a composition (Japanese, Chinese, Korean) belongs to the input method; Safari reports it as 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  refresh();

  return {
    element: el("div", {}, form, count),
    text: () => field.value,
    setText(text) {
      field.value = text;
      refresh();
    },
    setSendable(value) {
      sendable = value;
      refresh();
    },
    focus: () => field.focus(),
  };
}
