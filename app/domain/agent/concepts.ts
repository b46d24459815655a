// Words that mean the same to a front desk, so that "can I bring my dog?" finds "pets are welcome"; and days of the week.
import { fold, singular } from "./words.ts";

// A concept a line: words in English | German | French | Spanish. Folded. Those before `+` stand for the concept when
// it is looked for (one form a word, the index stems them), those after it only lead to it.
const CONCEPTS = [
  "open hours closed + opening opened opens close closes closing hour|geoffnet offnungszeiten geschlossen + offnungszeit offen|horaires ouvert ferme + horaire ouverture ouvrez fermez ouverts|horario abierto cerrado + abren abre cierran horarios",
  "price cost fee charge rate + pricing priced charged|preis kosten gebuhr + kostet preise|prix tarif cout + coute coutent|precio tarifa coste + cuesta cuestan vale",
  "address street located location contact + locate situated directions|adresse strasse standort kontakt + befindet anfahrt liegt|adresse rue situe contact + trouve trouvez|direccion calle ubicacion contacto + encuentra",
  "phone telephone call contact + mobile tel|telefon telefonnummer kontakt anrufen|telephone appeler contact|telefono llamar contacto",
  "email e-mail contact + mail|email e-mail kontakt + mail|email courriel contact|email correo contacto",
  "dog pet animal + puppy cat|hund haustier tier + katze|chien animal animaux + chat|perro mascota animal + gato",
  "insurance insurer + insured|versicherung krankenkasse|assurance mutuelle|seguro aseguradora",
  "parking park garage + car cars|parken parkplatz parkhaus|parking stationnement + garer|aparcamiento estacionamiento parking + aparcar",
  "wifi wi-fi wlan internet|wlan wifi internet|wifi internet|wifi internet",
  "wheelchair accessible ramp + disabled accessibility|rollstuhl barrierefrei rollstuhlgangig|fauteuil accessible + handicape|silla accesible",
  "breakfast|fruhstuck|dejeuner|desayuno",
  "child children kids family baby cot + kid babies toddler infant|kind familie + kinder|enfant famille + enfants bebe|nino familia + ninos bebe",
  "pool swimming + swim|schwimmbad pool hallenbad|piscine|piscina",
  "gym fitness + workout|fitness fitnessraum|fitness gym|gimnasio",
  "doctor dentist|arzt zahnarzt + arztin|medecin dentiste|medico dentista",
  "tooth teeth|zahn zahne|dent dents|diente dientes",
  "cancel cancellation + cancelled canceled cancelling|stornieren stornierung absagen|annuler annulation|cancelar cancelacion anular",
  "appointment booking reservation book reserve|termin buchung reservierung buchen|rendez reservation reserver|cita reserva reservar",
  "payment pay card cash credit + paying debit credit|zahlung bezahlen karte + zahlen kreditkarte|paiement payer carte|pago pagar tarjeta",
  "instalment installment + instalments installments|ratenzahlung raten|mensualites|plazos cuotas",
  "emergency urgent + emergencies|notfall dringend|urgence urgent|urgencia emergencia",
  "smoking smoke + smoker|rauchen raucher|fumer fumeur|fumar",
  "vegan vegetarian|vegan vegetarisch|vegetalien vegetarien|vegano vegetariano",
  "airport shuttle transfer|flughafen transfer|aeroport navette|aeropuerto traslado",
  "check-in arrival arrive + checkin|anreise check-in|arrivee check-in|llegada entrada check-in",
  "check-out departure + checkout|abreise check-out|depart check-out|salida check-out",
  "refund return|ruckerstattung ruckgabe|remboursement retour|reembolso devolucion",
  "delivery deliver shipping|lieferung versand|livraison|entrega envio",
  "job career vacancy hiring|stelle karriere|emploi recrutement|empleo trabajo",
  "discount offer deal|rabatt angebot|remise offre|descuento oferta",
  "luggage baggage|gepack|bagage|equipaje maletas",
  "whitening bleaching + whiten|bleaching aufhellung zahnaufhellung|blanchiment|blanqueamiento",
  "cleaning hygiene|reinigung zahnreinigung|nettoyage detartrage|limpieza",
  "braces orthodontic aligner|zahnspange kieferorthopadie|appareil orthodontie|ortodoncia brackets",
  "restaurant food meal dish dinner lunch + eat eating dining|restaurant essen speise|restaurant repas plat + manger|restaurante comida cena + comer",
  "room + bedroom|zimmer|chambre|habitacion",
  "double + twin|doppelzimmer|double|doble",
  "single|einzelzimmer|simple|individual",
  "massage|massage|massage|masaje",
].map((line) =>
  line.split("|").map((words) => {
    const [stand = "", lead = ""] = words.split(" + ");
    return { stand: stand.split(" "), all: `${stand} ${lead}`.trim().split(" ") };
  }),
);
const COLUMNS = ["en", "de", "fr", "es"];

/** The concepts that a word leads to, by its singular. */
const CONCEPTS_OF = new Map<string, (typeof CONCEPTS)[number][]>();
for (const concept of CONCEPTS) {
  for (const word of new Set(concept.flatMap(({ all }) => all.map(singular)))) {
    CONCEPTS_OF.set(word, [...(CONCEPTS_OF.get(word) ?? []), concept]);
  }
}

/** Folded words that mean about the same as this one, in the given languages; without the word itself. */
export function likeWords(word: string, languages: readonly string[]): string[] {
  const alike = new Set<string>();
  for (const columns of CONCEPTS_OF.get(singular(word)) ?? []) {
    columns.forEach(({ stand }, i) => {
      if (languages.includes(COLUMNS[i] ?? "")) for (const other of stand) alike.add(other);
    });
  }
  alike.delete(word);
  return [...alike];
}

/** The words for a concept, by any of them, in the given languages. */
export function wordsFor(concept: string, languages: readonly string[]): string[] {
  return [concept, ...likeWords(concept, languages)];
}

/** Which one of the named concepts a folded word leads to; null for none, or for a word that several share. */
export function conceptName(word: string, names: readonly string[]): string | null {
  const concepts = CONCEPTS_OF.get(singular(word)) ?? [];
  const found = names.filter((name) => concepts.some((columns) => columns[0]?.stand[0] === name));
  return found.length === 1 ? (found[0] ?? null) : null;
}

const DAYS: readonly (readonly string[])[] = [
  ["monday", "mondays", "mon", "montag", "montags", "mo", "lundi", "lun", "lunes"],
  ["tuesday", "tuesdays", "tue", "tues", "dienstag", "dienstags", "di", "mardi", "mar", "martes"],
  ["wednesday", "wednesdays", "wed", "mittwoch", "mittwochs", "mi", "mercredi", "mer", "miercoles", "mie"],
  ["thursday", "thursdays", "thu", "thur", "thurs", "donnerstag", "donnerstags", "do", "jeudi", "jeu", "jueves", "jue"],
  ["friday", "fridays", "fri", "freitag", "freitags", "fr", "vendredi", "ven", "viernes", "vie"],
  ["saturday", "saturdays", "sat", "samstag", "samstags", "sonnabend", "sa", "samedi", "sam", "sabado", "sab"],
  ["sunday", "sundays", "sun", "sonntag", "sonntags", "so", "dimanche", "dim", "domingo", "dom"],
];
// Two-letter forms are words of their own in running text ("do you", "so"), so they count only beside a time or a range.
const DAY_OF = new Map(DAYS.flatMap((names, day) => names.map((name) => [name, day] as const)));
const LONG_DAY = /[\p{L}]{3,}/u;
const WEEKEND = /\b(?:weekends?|wochenende|week-?end|fin de semana|fines de semana)\b/;
const WEEKDAYS = /\b(?:weekdays?|werktags?|wochentags?|en semaine|entre semana)\b/;
const DAILY =
  /\b(?:daily|every day|all week|each day|seven days|7 days|24\s?\/\s?7|taglich|jeden tag|tous les jours|todos los dias|mon(?:day)?\s?(?:-|–|to)\s?sun(?:day)?)\b/;
const RANGE = /\b(\p{L}{2,10})\.?\s*(?:-|–|—|to|until|through|thru|bis|a|au|al|hasta)\s*(\p{L}{2,10})\b/gu;

/** The days of the week (0 = Monday) that a question names. */
export function daysAsked(question: string): number[] {
  const text = fold(question);
  const days = new Set<number>();
  if (WEEKEND.test(text)) for (const day of [5, 6]) days.add(day);
  for (const [word] of text.matchAll(/\p{L}+/gu)) {
    const day =
      LONG_DAY.test(word) && word !== "sun" && word !== "mar" && word !== "dom" ? DAY_OF.get(word) : undefined;
    if (day !== undefined) days.add(day);
  }
  return [...days];
}

/** The days of the week that a line of opening hours speaks of, ranges spread out. */
export function daysIn(line: string): Set<number> {
  const text = fold(line);
  const days = new Set<number>();
  const add = (from: number, to: number) => {
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) return;
    }
  };
  if (DAILY.test(text)) add(0, 6);
  if (WEEKEND.test(text)) add(5, 6);
  if (WEEKDAYS.test(text)) add(0, 4);
  for (const [, first = "", last = ""] of text.matchAll(RANGE)) {
    const from = DAY_OF.get(first);
    const to = DAY_OF.get(last);
    if (from !== undefined && to !== undefined) add(from, to);
  }
  const timed = /\d/.test(text);
  for (const [word] of text.matchAll(/\p{L}+/gu)) {
    const day = DAY_OF.get(word);
    if (
      day !== undefined &&
      (word.length > 3 || timed) &&
      (word.length > 2 || /^\s*(?:mo|di|mi|do|fr|sa|so)\b/.test(text))
    )
      days.add(day);
  }
  return days;
}
