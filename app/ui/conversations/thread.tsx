// Owns the messages of a conversation: who said what and when, on what ground, how sure.
import { useNavigation } from "@remix-run/react";
import { clsx } from "clsx";
import { paths } from "#app/paths.ts";
import { EmptyState } from "../empty-state.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import type { CitationView, MessageView } from "./conversation-view.ts";

const WHO: Record<MessageView["role"], string> = { visitor: "Visitor", agent: "Agent", member: "Your team" };

const LOOK: Record<MessageView["role"], string> = {
  visitor: "bg-sunken",
  agent: "border border-line bg-surface",
  member: "border border-accent-ink/25 bg-accent-soft",
};

export interface ThreadProps {
  messages: readonly MessageView[];
  timeZone: string;
  /** Whether the viewer may turn an unanswered question into an answer. */
  teach: boolean;
}

export function Thread({ messages, timeZone, teach }: ThreadProps) {
  const sending = useSending();
  if (messages.length === 0 && !sending) return <EmptyState title="Nothing has been said yet" />;
  return (
    <ol aria-label="Messages" className="grid grid-cols-1 gap-5">
      {messages.map((message, at) => (
        <Message
          key={message.id}
          message={message}
          timeZone={timeZone}
          question={teach && message.answered === false ? questionBefore(messages, at) : null}
        />
      ))}
      {sending ? (
        <li className="flex flex-col items-end opacity-60">
          <p className="mb-1 text-xs text-muted">Your team · sending</p>
          <p className={clsx("max-w-[85%] rounded px-3 py-2 whitespace-pre-wrap wrap-anywhere", LOOK.member)}>
            {sending}
          </p>
        </li>
      ) : null}
    </ol>
  );
}

/** A reply that is on its way is shown at once. */
function useSending(): string | null {
  const { state, formData } = useNavigation();
  const body = formData?.get("intent") === "reply" ? formData.get("body") : null;
  return state === "submitting" && typeof body === "string" ? body : null;
}

function questionBefore(messages: readonly MessageView[], at: number): string | null {
  return messages.slice(0, at).findLast(({ role }) => role === "visitor")?.body ?? null;
}

interface MessageProps {
  message: MessageView;
  timeZone: string;
  question: string | null;
}

function Message({ message, timeZone, question }: MessageProps) {
  const { role, body, citations, createdAt } = message;
  const ours = role !== "visitor";
  return (
    <li className={clsx("flex min-w-0 flex-col", ours && "items-end")}>
      <p className="mb-1 text-xs text-muted">
        {WHO[role]} · <TimeText value={createdAt} timeZone={timeZone} />
      </p>
      <div className={clsx("max-w-[85%] rounded px-3 py-2", LOOK[role])}>
        <p className="whitespace-pre-wrap wrap-anywhere">{body}</p>
        {citations.length > 0 ? <Citations citations={citations} /> : null}
      </div>
      {role === "agent" ? <SmallPrint message={message} question={question} /> : null}
    </li>
  );
}

function Citations({ citations }: { citations: readonly CitationView[] }) {
  return (
    <ul aria-label="Sources of this answer" className="mt-2 grid gap-1 border-t border-line pt-2 text-xs">
      {citations.map(({ title, url, quote }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the citations of one message never change
        <li key={at} className="flex gap-1.5">
          <span className="text-muted">{at + 1}</span>
          {url && /^https?:/.test(url) ? (
            <a
              href={url}
              rel="noreferrer"
              title={quote}
              className="rounded-sm text-accent-ink underline underline-offset-2 wrap-anywhere"
            >
              {title}
            </a>
          ) : (
            <span title={quote} className="wrap-anywhere">
              {title}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function SmallPrint({ message, question }: { message: MessageView; question: string | null }) {
  const { intent, confidence, answered, handoff } = message;
  const words = [
    intent ? intent.replaceAll("_", " ") : null,
    confidence === null ? null : `${Math.round(confidence * 100)} % sure`,
    answered === false ? "not in your knowledge" : null,
    handoff ? "handed to people" : null,
  ].filter(Boolean);
  if (words.length === 0) return null;
  return (
    <p className="mt-1 text-xs text-muted">
      {words.join(" · ")}
      {question ? (
        <>
          {" · "}
          <TextLink to={paths.knowledgeAdd({ kind: "qa", question: question.slice(0, 300) })}>Type the answer</TextLink>
        </>
      ) : null}
    </p>
  );
}
