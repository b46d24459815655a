// Owns the short list of the latest conversations.
import { Link } from "@remix-run/react";
import MessagesSquare from "lucide-react/icons/messages-square";
import { paths } from "#app/paths.ts";
import { buttonClass } from "../button.tsx";
import { Card } from "../card.tsx";
import { type ConversationState, StateBadge } from "../conversations/conversation-state.tsx";
import { EmptyState } from "../empty-state.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";

export interface LatestConversationView {
  id: string;
  state: ConversationState;
  subject: string | null;
  lastMessageAt: Date;
}

export interface LatestConversationsProps {
  conversations: readonly LatestConversationView[];
  timeZone: string;
  now: Date;
  site: string | null;
}

export function LatestConversations({ conversations, timeZone, now, site }: LatestConversationsProps) {
  return (
    <Card
      title="Latest conversations"
      actions={conversations.length > 0 ? <TextLink to={paths.conversations()}>Show all</TextLink> : undefined}
      flush
    >
      {conversations.length === 0 ? (
        <EmptyState
          icon={<MessagesSquare />}
          title="No conversations yet"
          action={
            site ? (
              <a href={site} className={buttonClass({ size: "sm" })}>
                Start the first one
              </a>
            ) : undefined
          }
        >
          Talks with your visitors appear here as they happen.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {conversations.map(({ id, state, subject, lastMessageAt }) => (
            <li
              key={id}
              className="relative flex items-start justify-between gap-4 px-4 py-3 hover:bg-sunken/60 sm:px-6"
            >
              <div className="min-w-0">
                <Link
                  to={paths.conversation(id)}
                  prefetch="intent"
                  className="line-clamp-2 rounded-sm font-medium after:absolute after:inset-0 wrap-anywhere"
                >
                  {subject ?? "No words yet"}
                </Link>
                <p className="text-xs text-muted">
                  <TimeText value={lastMessageAt} timeZone={timeZone} now={now} />
                </p>
              </div>
              <StateBadge state={state} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
