// Owns the view of features: what each is, whether one has it and why, and the switch where there is one.
import type { FeatureView } from "#app/domain/billing/toggles.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Card } from "../card.tsx";
import { TextLink } from "../text-link.tsx";
import type { Tone } from "../tone.ts";
import { InstantSwitch } from "./instant-switch.tsx";

export interface FeatureListProps {
  planName: string;
  features: readonly FeatureView[];
  /** May switch, and may see plans. */
  may: { change: boolean; buy: boolean };
}

export function FeatureList({ planName, features, may }: FeatureListProps) {
  const here = features.filter(({ inPlan, allowed }) => inPlan || allowed);
  const elsewhere = features.filter((feature) => !here.includes(feature));
  return (
    <div className="grid grid-cols-1 gap-6">
      <Card
        title="Your features"
        description={`What you have with ${planName}. Beta features are new: switch them as you like.`}
        flush={here.length > 0}
      >
        {here.length > 0 ? (
          <Rows features={here} may={may} />
        ) : (
          <p className="text-muted">
            {planName} comes with the front desk itself; the features below come with larger plans.
          </p>
        )}
      </Card>
      {elsewhere.length > 0 ? (
        <Card title="With other plans" flush>
          <Rows features={elsewhere} may={may} />
        </Card>
      ) : null}
    </div>
  );
}

function Rows({ features, may }: Pick<FeatureListProps, "features" | "may">) {
  return (
    <ul className="divide-y divide-line border-t border-line">
      {features.map((feature) => (
        <li key={feature.key} id={feature.key} className="px-4 py-4 sm:px-6">
          <Row feature={feature} may={may} />
        </li>
      ))}
    </ul>
  );
}

function Row({ feature, may }: { feature: FeatureView; may: FeatureListProps["may"] }) {
  const name = (
    <>
      {feature.name} {feature.beta ? <Badge tone="accent">Beta</Badge> : null}
    </>
  );
  if (feature.switchable) {
    return (
      <InstantSwitch
        label={name}
        hint={feature.description}
        checked={feature.allowed}
        disabled={!may.change}
        fields={{ key: feature.key }}
      />
    );
  }
  const { tone, words } = stateOf(feature);
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">{name}</h3>
        <p className="text-muted">{feature.description}</p>
      </div>
      <div className="flex items-center gap-3">
        <Badge tone={tone}>{words}</Badge>
        {feature.comesWith && may.buy ? (
          <TextLink to={paths.billingPlans({ plan: feature.comesWith.plan })}>
            Upgrade<span className="sr-only"> for {feature.name}</span>
          </TextLink>
        ) : null}
      </div>
    </div>
  );
}

/** Whether one has it and why, in a few words. */
function stateOf({ why, allowed, comesWith }: FeatureView): { tone: Tone; words: string } {
  switch (why) {
    case "ok":
      return { tone: "success", words: "On" };
    case "override":
      return allowed ? { tone: "success", words: "On, by our staff" } : { tone: "neutral", words: "Off, by our staff" };
    case "not_rolled_out":
      return { tone: "neutral", words: "Not with you yet" };
    case "not_in_plan":
      return { tone: "neutral", words: comesWith ? `Part of ${comesWith.name}` : "By agreement" };
    default:
      return { tone: "neutral", words: "Off" };
  }
}
