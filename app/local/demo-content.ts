// What the demo's two businesses are and know, and what their visitors asked. All of it invented.
import type { PlanId } from "#app/domain/billing/plans.ts";
import type { Referral } from "#app/domain/team/referral.schema.ts";
import type { Company } from "#app/domain/team/registration.schema.ts";

export interface DemoBusiness {
  slug: string;
  owner: { email: string; displayName: string };
  company: Omit<Company, "companyName" | "timeZone"> & { companyName: string; timeZone: string };
  /** By which link it came to sign up; none: by none that is known. */
  cameFrom?: Referral;
  /** A page of the business's own, as a file. */
  page: { filename: string; markdown: string };
  questions: { question: string; answer: string }[];
  /** What it has bought; without one it is in its trial. */
  plan?: PlanId;
  /** One conversation each: what the visitor wrote, and how many days ago. */
  conversations: { daysAgo: number; messages: string[] }[];
}

const acme: DemoBusiness = {
  slug: "acme",
  plan: "premium",
  owner: { email: "owner@acme.example", displayName: "Nora Lindqvist" },
  company: {
    companyName: "Acme Dental Practice",
    businessType: "healthcare",
    industry: "Dentistry",
    region: "Portland, Oregon",
    expectedUsers: 5,
    contactPhone: "+1 503 555 0142",
    timeZone: "America/Los_Angeles",
  },
  page: {
    filename: "acme-dental-practice.md",
    markdown: `# Acme Dental Practice

Acme Dental Practice is a family dental practice in the Alberta district of Portland, Oregon.

## Opening hours

| Day | Hours |
| --- | --- |
| Monday | 8:00 am to 5:00 pm |
| Tuesday | 8:00 am to 7:00 pm |
| Wednesday | 8:00 am to 5:00 pm |
| Thursday | 8:00 am to 7:00 pm |
| Friday | 8:00 am to 2:00 pm |
| Saturday | 9 am to 1 pm, by appointment |
| Sunday | Closed |

## Prices

| Treatment | Price |
| --- | --- |
| Check-up with X-rays | $120 |
| Cleaning | $95 |
| White filling | from $180 |
| Root canal treatment | from $850 |
| Crown | $1,250 |
| Whitening at the practice | $390 |

We take cash, all major credit cards and health savings accounts. Treatments over $500 can be paid in six monthly instalments without interest.

## Insurance

We accept Delta Dental, Cigna, MetLife and Aetna. Please bring your insurance card to your first visit. We send the claim to your insurer ourselves.

## Your first visit

Your first visit takes about one hour. Please come ten minutes early to fill in the health questionnaire, or fill it in online the day before. Children under 16 need to come with a parent or guardian.

## Emergencies

For a dental emergency during opening hours, call us on +1 503 555 0142 and we will see you the same day. Outside opening hours, the on-call dentist answers on +1 503 555 0199. If a tooth has been knocked out, keep it in milk and come within an hour.

## Cancelling

You can cancel or move an appointment free of charge up to 24 hours before it. After that we charge $40.

## How to find us

We are at 2210 NE Alberta Street, Portland, OR 97211, above the bakery. There is a lift. Bus line 72 stops in front of the building. Patients park for free in the yard behind it.

## Anxious patients

We offer laughing gas and have a quiet room. Tell us when you book, and we will plan more time for you.
`,
  },
  questions: [
    {
      question: "Do you treat children?",
      answer: "Yes. We treat children from the age of three. Children under 16 come with a parent or guardian.",
    },
    {
      question: "Do you take my insurance?",
      answer: "We accept Delta Dental, Cigna, MetLife and Aetna. Please bring your insurance card to your first visit.",
    },
    {
      question: "When are you open?",
      answer:
        "We are open Monday and Wednesday from 8 am to 5 pm, Tuesday and Thursday from 8 am to 7 pm, and Friday from 8 am to 2 pm. Saturday: 9 am to 1 pm, by appointment. On Sunday we are closed.",
    },
    { question: "How much is a check-up?", answer: "A check-up with X-rays is $120." },
    { question: "Is there parking?", answer: "Yes. Patients park for free in the yard behind the building." },
    {
      question: "Do you offer Invisalign?",
      answer: "Yes. Dr. Park fits clear aligners. A first consultation is free and takes 30 minutes.",
    },
  ],
  conversations: [
    { daysAgo: 0, messages: ["When are you open?", "Is there parking?"] },
    { daysAgo: 0, messages: ["Do you offer Invisalign?"] },
    { daysAgo: 1, messages: ["How much is a check-up?", "Do you take my insurance?"] },
    { daysAgo: 1, messages: ["Do you sell dog food?"] },
    { daysAgo: 2, messages: ["Do you treat children?"] },
    { daysAgo: 3, messages: ["hello", "When are you open?"] },
    { daysAgo: 4, messages: ["I would like to talk to a person"] },
    { daysAgo: 6, messages: ["Do you take my insurance?"] },
    { daysAgo: 9, messages: ["How much is a check-up?"] },
    { daysAgo: 12, messages: ["Is there parking?"] },
  ],
};

const globex: DemoBusiness = {
  slug: "globex",
  cameFrom: { source: "Newsletter", medium: "E-mail", campaign: "Hotels in spring", referrer: "news.example" },
  owner: { email: "owner@globex.example", displayName: "Tomás Rivera" },
  company: {
    companyName: "Hotel Globex",
    businessType: "hospitality",
    industry: "Hotel",
    region: "Vienna, Austria",
    expectedUsers: 12,
    contactPhone: "+43 1 555 0170",
    timeZone: "Europe/Vienna",
  },
  page: {
    filename: "hotel-globex.md",
    markdown: `# Hotel Globex

Hotel Globex is a small hotel with 42 rooms beside the Naschmarkt in Vienna.

## Arrival and departure

Check-in is from 3 pm. Check-out is until 11 am. The reception is staffed around the clock. If you arrive earlier, we keep your luggage free of charge.

## Rooms and rates

| Room | Rate per night |
| --- | --- |
| Single room | €119 |
| Double room | €159 |
| Family room for four | €219 |
| Suite with terrace | €320 |

Rates include VAT and the city tax. Children under six stay free in their parents' room.

## Breakfast

Breakfast is served from 6:30 am to 10:30 am, at weekends until 11 am. It costs €18 per person and is not included in the room rate. We have gluten-free and vegan choices.

## Parking

Our garage has 15 places. Parking costs €28 per night and can't be reserved. Two places have chargers for electric cars.

## Pets

Dogs are welcome for €15 per night. They may not come into the breakfast room.

## Internet

Wi-Fi is free in the whole house. The password is on your key card.

## Cancelling

You can cancel free of charge until 6 pm on the day before arrival. After that the first night is charged.

## How to reach us

We are at Rechte Wienzeile 27, 1040 Vienna. The underground station Kettenbrückengasse (U4) is three minutes away on foot. From the airport take the S7 to Wien Mitte and change to the U4.
`,
  },
  questions: [
    {
      question: "When is check-in?",
      answer: "Check-in is from 3 pm. If you arrive earlier, we keep your luggage free of charge.",
    },
    {
      question: "Is there parking?",
      answer: "Our garage has 15 places. Parking costs €28 per night and can't be reserved.",
    },
    {
      question: "Is breakfast included?",
      answer:
        "Breakfast costs €18 per person and is not included in the room rate. It is served from 6:30 am to 10:30 am, at weekends until 11 am.",
    },
    {
      question: "Can I bring my dog?",
      answer: "Dogs are welcome for €15 per night. They may not come into the breakfast room.",
    },
    {
      question: "Do you have a gym?",
      answer: "We have no gym of our own. Guests train for free at the studio next door; ask the reception for a pass.",
    },
  ],
  conversations: [
    { daysAgo: 0, messages: ["When is check-in?", "Can I bring my dog?"] },
    { daysAgo: 1, messages: ["Is breakfast included?"] },
    { daysAgo: 1, messages: ["Is there parking?"] },
    { daysAgo: 2, messages: ["Do you rent out skis?"] },
    { daysAgo: 3, messages: ["Do you have a gym?"] },
    { daysAgo: 5, messages: ["hi", "Is breakfast included?"] },
    { daysAgo: 8, messages: ["When is check-in?"] },
  ],
};

export const demoBusinesses: readonly DemoBusiness[] = [acme, globex];
