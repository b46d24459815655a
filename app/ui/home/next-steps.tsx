// Owns the card of what is left to do. It goes away when all of it is done.
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import { paths } from "#app/paths.ts";
import { buttonClass, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";

export interface StepsView {
  knowledge: boolean;
  tried: boolean;
  installed: boolean;
}

export function NextSteps({ steps: { knowledge, tried, installed }, site }: { steps: StepsView; site: string | null }) {
  if (knowledge && tried && installed) return null;
  return (
    <Card title="Next steps">
      <ol className="grid gap-4">
        <Step
          done={knowledge}
          title="Add knowledge"
          detail="Your website, files or typed answers. It says only what stands there."
          action={
            <LinkButton size="sm" to={paths.knowledgeAdd()}>
              Add knowledge
            </LinkButton>
          }
        />
        <Step
          done={tried}
          title="Try your agent"
          detail="Ask what your customers ask."
          action={
            site ? (
              <a href={site} className={buttonClass({ size: "sm" })}>
                Talk to it
              </a>
            ) : null
          }
        />
        <Step
          done={installed}
          title="Put it on your website"
          detail="One line. Done as soon as somebody writes from there."
          action={
            <LinkButton size="sm" to={paths.settingsWidget()}>
              Get the snippet
            </LinkButton>
          }
        />
      </ol>
    </Card>
  );
}

interface StepProps {
  done: boolean;
  title: string;
  detail: string;
  action: React.ReactNode;
}

function Step({ done, title, detail, action }: StepProps) {
  return (
    <li className="flex items-start gap-3">
      <span
        className={clsx(
          "mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border",
          done ? "border-accent bg-accent text-on-accent" : "border-line-strong",
        )}
      >
        {done ? <Check aria-hidden className="size-3.5" /> : null}
      </span>
      <div className="min-w-0 flex-1 sm:flex sm:items-start sm:justify-between sm:gap-4">
        <div>
          <p className={clsx("font-medium", done && "text-muted")}>
            {title}
            {done ? <span className="ml-2 text-xs font-normal">Done</span> : null}
          </p>
          {done ? null : <p className="text-muted">{detail}</p>}
        </div>
        {done ? null : <div className="mt-2 sm:mt-0">{action}</div>}
      </div>
    </li>
  );
}
