// Owns the example conversation on the landing page: one answer with its source, one honest "I don't know".
import FileText from "lucide-react/icons/file-text";
import type { ReactNode } from "react";

export function ConversationExcerpt() {
  return (
    <figure className="rounded border border-line bg-surface">
      <div className="flex items-center gap-3 border-b border-line px-4 py-3 sm:px-5">
        <span
          aria-hidden
          className="flex size-8 items-center justify-center rounded-full bg-accent text-xs font-semibold text-on-accent"
        >
          A
        </span>
        <div>
          <p className="font-semibold">Acme Dental</p>
          <p className="text-xs text-muted">Answers from its own website</p>
        </div>
      </div>
      <ol className="flex flex-col gap-4 p-4 sm:p-5">
        <Turn who="visitor">Can I come on a Saturday?</Turn>
        <Turn who="agent">
          Yes. On Saturdays we are open from 9 am to 1 pm, by appointment.{" "}
          <sup className="font-medium text-accent-ink">1</sup>
          <Source title="Opening hours" address="acme-dental.example/hours">
            Saturday: 9 am to 1 pm, by appointment.
          </Source>
        </Turn>
        <Turn who="visitor">Is there a charger for my electric car?</Turn>
        <Turn who="agent">
          I can’t find that in what the practice has published. Shall I pass your question on, so that someone answers
          you by email?
        </Turn>
      </ol>
      <figcaption className="border-t border-line px-4 py-3 text-xs text-muted sm:px-5">
        An example with our demonstration practice. The first answer quotes its source, the second admits that there is
        none.
      </figcaption>
    </figure>
  );
}

function Turn({ who, children }: { who: "visitor" | "agent"; children: ReactNode }) {
  return (
    <li className={who === "visitor" ? "ml-auto max-w-[80%]" : "mr-auto max-w-[88%]"}>
      <span className="sr-only">{who === "visitor" ? "Visitor: " : "Agent: "}</span>
      <div
        className={
          who === "visitor"
            ? "rounded rounded-br-none bg-accent px-3.5 py-2.5 text-on-accent"
            : "rounded rounded-bl-none bg-sunken px-3.5 py-2.5"
        }
      >
        {children}
      </div>
    </li>
  );
}

function Source({ title, address, children }: { title: string; address: string; children: ReactNode }) {
  return (
    <span className="mt-2.5 flex gap-2.5 rounded border border-line bg-surface p-3">
      <FileText aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-ink" />
      <span className="min-w-0">
        <span className="block font-medium">
          <span className="sr-only">Source </span>1. {title}
        </span>
        <span className="block text-muted">“{children}”</span>
        <span className="block truncate text-xs text-muted">{address}</span>
      </span>
    </span>
  );
}
