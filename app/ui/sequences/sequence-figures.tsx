// Owns the figures of a sequence.
import type { Figures } from "#app/domain/sequences/enrolments.ts";
import type { Audience } from "#app/domain/sequences/sequences.schema.ts";
import { Stat, StatGrid } from "../stat.tsx";
import { AUDIENCE_WORDS } from "./words.ts";

export function SequenceFigures({ figures, audience }: { figures: Figures; audience: Audience }) {
  const { entered, active, sent, stopped, unsubscribed, replied, converted } = figures;
  const share = (part: number): string | undefined =>
    entered > 0 ? `${Math.round((part / entered) * 100)} % of all` : undefined;
  return (
    <StatGrid>
      <Stat label="Entered" value={count(entered)} note={`${count(active)} on their way`} />
      <Stat label="Mails sent" value={count(sent)} />
      <Stat label={AUDIENCE_WORDS[audience].goal} value={count(converted)} note={share(converted)} />
      <Stat label="Replied" value={count(replied)} note={share(replied)} />
      <Stat label="Left early" value={count(stopped)} note={`${count(unsubscribed)} unsubscribed`} />
    </StatGrid>
  );
}

const count = (n: number): string => n.toLocaleString("en-US");
