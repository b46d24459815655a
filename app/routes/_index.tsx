// Owns the landing page of the operator, on the app host. It needs no JavaScript and sends none.

import frauncesFont from "@fontsource-variable/fraunces/files/fraunces-latin-wght-normal.woff2?url";
import type { LinksFunction, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import Globe from "lucide-react/icons/globe";
import MessageCircleQuestion from "lucide-react/icons/message-circle-question-mark";
import MessagesSquare from "lucide-react/icons/messages-square";
import Palette from "lucide-react/icons/palette";
import Quote from "lucide-react/icons/quote";
import ShieldCheck from "lucide-react/icons/shield-check";
import { isSold, pointsOf, priceWords } from "#app/domain/billing/plan-facts.ts";
import { currentPlans, type Plan } from "#app/domain/billing/plans.ts";
import type { ReferralFields } from "#app/domain/team/referral.schema.ts";
import { paths } from "#app/paths.ts";
import { Brand } from "#app/ui/brand.tsx";
import { LinkButton } from "#app/ui/button.tsx";
import { ConversationExcerpt } from "#app/ui/landing/conversation-excerpt.tsx";
import { type PlanCard, PlanCards } from "#app/ui/landing/plan-cards.tsx";
import { type Question, Questions } from "#app/ui/landing/questions.tsx";
import { Section } from "#app/ui/landing/section.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { publicRoute } from "#app/web/guards.ts";
import { readReferral } from "#app/web/referral.ts";

export const handle = { hydrate: false };

const description =
  "Foyer reads your website and answers your customers from it: with the source of every answer, in your colours, on your own address.";

export const meta: MetaFunction = () => [
  { title: "Foyer · The front desk that has read your website" },
  { name: "description", content: description },
];

export const links: LinksFunction = () => [
  { rel: "preload", href: frauncesFont, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
];

export const loader = publicRoute(async ({ services, request, url }) => {
  return { plans: await currentPlans(services.db), cameFrom: readReferral(request, url.hostname) };
});

export default function Landing() {
  const { plans, cameFrom } = useLoaderData<typeof loader>();
  const trialDays = plans.find((plan) => plan.trialDays !== null)?.trialDays ?? null;
  return (
    <div className="mx-auto max-w-[1200px] px-5 text-base sm:px-8">
      <header className="flex items-center justify-between gap-4 py-5">
        <Brand />
        <nav aria-label="Site" className="flex items-center gap-5">
          <a href="#plans" className="rounded-sm text-sm font-medium text-muted hover:text-ink max-sm:hidden">
            Plans
          </a>
          <a href="#questions" className="rounded-sm text-sm font-medium text-muted hover:text-ink max-sm:hidden">
            Questions
          </a>
          <LinkButton to={paths.signIn()} size="sm">
            Sign in
          </LinkButton>
        </nav>
      </header>

      <main id="main">
        <div className="grid items-center gap-12 pt-10 pb-16 sm:pt-16 sm:pb-24 lg:grid-cols-12">
          <div className="lg:col-span-6">
            <h1 className="font-title text-xl font-medium tracking-tight sm:text-2xl">
              The front desk that has read your website
            </h1>
            <p className="mt-5 max-w-[52ch] text-base text-muted sm:text-lg">
              Foyer answers your customers’ questions from your own pages, day and night. It shows where each answer
              stands, and says so when it doesn’t know.
            </p>
            <StartTrial days={trialDays} to={paths.signUp(cameFrom)} />
          </div>
          <div className="lg:col-span-6 lg:pl-6">
            <ConversationExcerpt />
          </div>
        </div>

        <Section id="what" title="What it does for your business">
          <ul className="grid gap-x-10 gap-y-9 sm:grid-cols-2 lg:grid-cols-3">
            {benefits.map(({ icon: Icon, title, text }) => (
              <li key={title}>
                <Icon aria-hidden className="size-5 text-accent-ink" />
                <h3 className="mt-3 font-semibold">{title}</h3>
                <p className="mt-1 text-muted">{text}</p>
              </li>
            ))}
          </ul>
        </Section>

        <Section id="how" title="Three steps, a few minutes">
          <ol className="grid gap-10 lg:grid-cols-3">
            {steps.map(({ title, text }, index) => (
              <li key={title} className="border-t-2 border-accent pt-4">
                <p className="font-title text-lg text-accent-ink">{index + 1}</p>
                <h3 className="mt-1 font-semibold">{title}</h3>
                <p className="mt-1 text-muted">{text}</p>
              </li>
            ))}
          </ol>
        </Section>

        <Section
          id="plans"
          title="Plans"
          intro="Begin with the trial. Prices are in US dollars. Limits count per month, in the trial for all its days."
        >
          <div className="text-sm">
            <PlanCards plans={plans.map(planCard(cameFrom))} />
          </div>
        </Section>

        <Section id="questions" title="Questions">
          <Questions items={questions} />
        </Section>

        <section aria-label="Begin" className="border-t border-line py-14 sm:py-20">
          <p className="max-w-2xl font-title text-xl font-medium tracking-tight">
            Your website already holds the answers.
          </p>
          <StartTrial days={trialDays} to={paths.signUp(cameFrom)} />
        </section>
      </main>

      <footer className="flex flex-wrap items-center justify-between gap-4 border-t border-line py-8 text-sm text-muted">
        <Brand />
        <p>
          Already with us? <TextLink to={paths.signIn()}>Sign in</TextLink>
        </p>
      </footer>
    </div>
  );
}

function StartTrial({ days, to }: { days: number | null; to: string }) {
  return (
    <div className="mt-8 flex flex-wrap items-center gap-x-5 gap-y-3">
      <LinkButton to={to} variant="primary" size="lg">
        Start free trial
      </LinkButton>
      <p className="text-sm text-muted">{days ? `${days} days free. ` : ""}No card needed.</p>
    </div>
  );
}

const benefits = [
  {
    icon: Quote,
    title: "Answers with their source",
    text: "Each answer quotes the sentence it comes from and links to the page, so your customers can check it.",
  },
  {
    icon: MessageCircleQuestion,
    title: "No guessing",
    text: "What your pages don’t say, it doesn’t make up. It says so and offers to pass the question on to a person.",
  },
  {
    icon: Globe,
    title: "A page of its own",
    text: "Your agent gets its own address the moment you sign up, ready to be linked or sent to customers.",
  },
  {
    icon: Palette,
    title: "In your colours",
    text: "Choose a theme or your own colours, font and logo. You see the result before your customers do.",
  },
  {
    icon: MessagesSquare,
    title: "Every conversation in view",
    text: "Read what people ask and what they were told. Add an answer where one was missing.",
  },
  {
    icon: ShieldCheck,
    title: "Your data stays yours",
    text: "Each business is kept apart in the database itself, not only in the program. No other customer can see yours.",
  },
] as const;

const steps = [
  {
    title: "Choose your address",
    text: "Sign up, name your business and pick a look. Your agent is live on its own address right away.",
  },
  {
    title: "Give it your website",
    text: "Enter the address of your site, upload documents, or type answers. You watch it read, page by page.",
  },
  {
    title: "Try it, then share it",
    text: "Talk to it yourself. When you like the answers, put it on your website with one line of code.",
  },
] as const;

const questions: readonly Question[] = [
  {
    question: "Where do the answers come from?",
    answer:
      "Only from what you give it: your website, your documents and the answers you type. Each answer quotes the sentence that supports it.",
  },
  {
    question: "What happens when it doesn’t know?",
    answer:
      "It says that it can’t find an answer and offers to pass the question on to you. You find it among your conversations.",
  },
  {
    question: "Do I need a developer?",
    answer:
      "No. Your agent has a page of its own from the start. To show it on your website too, you paste one line of code, which most website builders have a field for.",
  },
  {
    question: "What if my website changes?",
    answer: "Let it read the site again. It takes in only the pages that have changed.",
  },
  {
    question: "Do I need a card for the trial?",
    answer: "No. The trial runs for 14 days without one. You choose a plan when you want to go on.",
  },
];

function wayTo(plan: Plan, cameFrom: ReferralFields): PlanCard["way"] {
  if (plan.trialDays !== null) return { to: paths.signUp(cameFrom), label: "Start the free trial" };
  const begin = () => paths.signUp({ ...cameFrom, plan: plan.plan });
  return isSold(plan) ? { to: begin(), label: `Begin with ${plan.name}` } : null;
}

const planCard =
  (cameFrom: ReferralFields) =>
  (plan: Plan, at: number, plans: readonly Plan[]): PlanCard => {
    const { plan: id, name } = plan;
    return { id, name, ...priceWords(plan), points: pointsOf(plan, plans[at - 1]), way: wayTo(plan, cameFrom) };
  };
