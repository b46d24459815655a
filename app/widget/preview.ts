// The dashboard's live theme preview: sample content, no network, tokens that arrive as messages from our own origin.

import type { Preview } from "./options.ts";
import { type Config, field, parseJson, readConfig } from "./wire.ts";

/** What the preview can do to the widget. */
export interface PreviewView {
  showConfig(config: Config): void;
  setSuggestions(suggestions: string[]): void;
  setTheme(tokens: unknown): void;
}

const SAMPLE = {
  agent: "Ada",
  greeting: "Hello, how can I help you today?",
  question: "When are you open?",
  answer: "We are open Monday to Friday from 8:00 to 18:00, and on Saturday until noon.",
  source: "Opening hours",
  suggestions: ["Book an appointment", "Talk to a person"],
};

/** The sample conversation for a tenant, in the shape of the wire. */
function sampleConfig({ tenant, agent, greeting, tokens }: Preview): Config {
  return readConfig({
    tenant: { name: tenant },
    agent: { name: agent || SAMPLE.agent, greeting: greeting || SAMPLE.greeting, online: true },
    theme: parseJson(tokens),
    messages: [
      { id: "1", role: "visitor", body: SAMPLE.question },
      {
        id: "2",
        role: "agent",
        body: SAMPLE.answer,
        citations: [{ title: SAMPLE.source, url: `${location.origin}/` }],
      },
    ],
  });
}

/**
 * Shows the sample and repaints on every `postMessage({foyerPreview: tokens}, origin)` from the same origin until `signal`
 * aborts. Tells the embedding page `{foyerPreviewReady: true}` once it listens.
 */
export function showPreview(preview: Preview, signal: AbortSignal, view: PreviewView): void {
  view.showConfig(sampleConfig(preview));
  view.setSuggestions(SAMPLE.suggestions);
  window.addEventListener(
    "message",
    (event) => {
      const tokens = field(event.data, "foyerPreview");
      if (event.origin === location.origin && tokens) view.setTheme(tokens);
    },
    { signal },
  );
  if (window.parent !== window) window.parent.postMessage({ foyerPreviewReady: true }, location.origin);
}
