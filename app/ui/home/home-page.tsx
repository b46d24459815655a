// Owns the home page: greeting, state of the front desk, next steps, figures, what happened lately.
import { PageHeader } from "../page-header.tsx";
import { FigureGrid, type FiguresView } from "./figure-grid.tsx";
import { FrontDesk } from "./front-desk.tsx";
import { LatestConversations, type LatestConversationView } from "./latest-conversations.tsx";
import { NextSteps, type StepsView } from "./next-steps.tsx";
import { OpenQuestions, type OpenQuestionView } from "./open-questions.tsx";
import { UsagePanel, type UsagePanelProps } from "./usage-panel.tsx";

export interface HomePageProps {
  name: string;
  /** The loader's clock. */
  now: Date;
  timeZone: string;
  /** Origin of the tenant's own host. */
  site: string | null;
  answering: boolean;
  days: number;
  current: FiguresView;
  previous: FiguresView;
  conversations: readonly LatestConversationView[];
  questions: readonly OpenQuestionView[];
  steps: StepsView & { live: boolean };
  editable: boolean;
  usage: Omit<UsagePanelProps, "timeZone">;
}

export function HomePage(props: HomePageProps) {
  const { name, now, timeZone, site, answering, days, current, previous, conversations, questions, steps, editable } =
    props;
  return (
    <>
      <PageHeader title={<span className="wrap-anywhere">{greeting(name, now, timeZone)}</span>} />
      <div className="grid grid-cols-1 gap-6">
        <FrontDesk site={site} live={steps.live} answering={answering} />
        {editable ? <NextSteps steps={steps} site={site} /> : null}
        <FigureGrid days={days} current={current} previous={previous} />
        <UsagePanel {...props.usage} timeZone={timeZone} />
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
          <LatestConversations conversations={conversations} timeZone={timeZone} now={now} site={site} />
          <OpenQuestions questions={questions} editable={editable} asked={current.answered > 0} />
        </div>
      </div>
    </>
  );
}

const hours = new Map<string, Intl.DateTimeFormat>();

function greeting(name: string, now: Date, timeZone: string): string {
  const format = hours.get(timeZone) ?? new Intl.DateTimeFormat("en", { timeZone, hour: "numeric", hourCycle: "h23" });
  hours.set(timeZone, format);
  const hour = Number(format.format(now));
  const part = hour < 5 ? "evening" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
  const first = name.trim().split(/\s+/)[0];
  return first ? `Good ${part}, ${first}` : `Good ${part}`;
}
