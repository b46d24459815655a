// What the product itself says in chat, in the languages it speaks; English elsewhere.

export type PhraseKey =
  | "greeting"
  | "not_known"
  | "not_known_no_people"
  | "out_of_scope"
  | "waiting"
  | "still_waiting"
  | "no_people"
  | "complaint"
  | "request"
  | "request_no_people"
  | "ask_contact"
  | "lead_stored"
  | "lead_thanks_name"
  | "goodbye"
  | "anything_else"
  | "ask_question";

interface Language {
  phrases: Record<Exclude<PhraseKey, "greeting">, string>;
  suggestPerson: string;
  suggestContact: string;
  paused: string;
}

const en: Language = {
  phrases: {
    not_known:
      "{fallback} Would you like me to pass your question to a colleague, or would you rather leave your contact details?",
    not_known_no_people: "{fallback} If you leave your e-mail address or phone number, somebody will get back to you.",
    out_of_scope:
      "I can only help with questions about {tenant}. Is there something about us that you would like to know?",
    waiting: "I have asked a colleague to join. They will answer you right here.",
    still_waiting: "Thank you. A colleague has your message and will answer you right here.",
    no_people:
      "There is nobody here to take over, but if you leave your e-mail address or phone number, somebody will get back to you.",
    complaint:
      "I am sorry about that. Would you like me to bring in a colleague? You can also leave your contact details.",
    request:
      "I can pass your request on. Please leave your name and your phone number or e-mail address, or ask me for a colleague.",
    request_no_people: "I can pass your request on. Please leave your name and your phone number or e-mail address.",
    ask_contact: "Gladly. What is your e-mail address or phone number, and your name?",
    lead_stored: "Thank you, I have noted your contact details and passed them on. Somebody will get back to you.",
    lead_thanks_name: "Thank you. Which e-mail address or phone number can we reach you at?",
    goodbye: "You are welcome. Have a good day!",
    anything_else: "All right. Is there anything else you would like to know?",
    ask_question: "What would you like to know?",
  },
  suggestPerson: "Talk to a person",
  suggestContact: "Leave my contact details",
  paused: "This chat is paused at the moment. Please come back later or get in touch another way.",
};

const de: Language = {
  phrases: {
    not_known:
      "{fallback} Soll ich Ihre Frage an eine Kollegin oder einen Kollegen weitergeben, oder möchten Sie Ihre Kontaktdaten hinterlassen?",
    not_known_no_people:
      "{fallback} Wenn Sie Ihre E-Mail-Adresse oder Telefonnummer hinterlassen, meldet sich jemand bei Ihnen.",
    out_of_scope: "Ich kann nur Fragen zu {tenant} beantworten. Möchten Sie etwas über uns wissen?",
    waiting: "Ich habe jemanden aus dem Team dazugebeten. Die Antwort erscheint gleich hier.",
    still_waiting: "Danke. Ihre Nachricht liegt dem Team vor, die Antwort erscheint gleich hier.",
    no_people:
      "Hier kann gerade niemand übernehmen. Wenn Sie Ihre E-Mail-Adresse oder Telefonnummer hinterlassen, meldet sich jemand bei Ihnen.",
    complaint:
      "Das tut mir leid. Soll ich jemanden aus dem Team dazubitten? Sie können auch Ihre Kontaktdaten hinterlassen.",
    request:
      "Ich gebe Ihren Wunsch gern weiter. Bitte nennen Sie Ihren Namen und Ihre Telefonnummer oder E-Mail-Adresse, oder fragen Sie nach einem Menschen.",
    request_no_people:
      "Ich gebe Ihren Wunsch gern weiter. Bitte nennen Sie Ihren Namen und Ihre Telefonnummer oder E-Mail-Adresse.",
    ask_contact: "Gern. Wie lauten Ihre E-Mail-Adresse oder Telefonnummer und Ihr Name?",
    lead_stored: "Danke, ich habe Ihre Kontaktdaten notiert und weitergegeben. Es meldet sich jemand bei Ihnen.",
    lead_thanks_name: "Danke. Unter welcher E-Mail-Adresse oder Telefonnummer erreichen wir Sie?",
    goodbye: "Gern geschehen. Einen schönen Tag!",
    anything_else: "In Ordnung. Möchten Sie sonst noch etwas wissen?",
    ask_question: "Was möchten Sie wissen?",
  },
  suggestPerson: "Mit einem Menschen sprechen",
  suggestContact: "Kontaktdaten hinterlassen",
  paused: "Dieser Chat ist gerade pausiert. Bitte versuchen Sie es später oder auf einem anderen Weg.",
};

const fr: Language = {
  phrases: {
    not_known:
      "{fallback} Souhaitez-vous que je transmette votre question à un collègue, ou préférez-vous laisser vos coordonnées ?",
    not_known_no_people:
      "{fallback} Si vous laissez votre e-mail ou votre numéro de téléphone, quelqu'un vous recontactera.",
    out_of_scope: "Je ne peux répondre qu'aux questions sur {tenant}. Que souhaitez-vous savoir sur nous ?",
    waiting: "J'ai demandé à un collègue de vous rejoindre. Il vous répondra ici même.",
    still_waiting: "Merci. Un collègue a votre message et vous répondra ici même.",
    no_people:
      "Personne ne peut prendre le relais ici, mais si vous laissez votre e-mail ou votre numéro, quelqu'un vous recontactera.",
    complaint:
      "J'en suis désolé. Souhaitez-vous que je fasse venir un collègue ? Vous pouvez aussi laisser vos coordonnées.",
    request:
      "Je peux transmettre votre demande. Laissez votre nom et votre téléphone ou e-mail, ou demandez-moi un collègue.",
    request_no_people: "Je peux transmettre votre demande. Laissez votre nom et votre téléphone ou e-mail.",
    ask_contact: "Volontiers. Quels sont votre e-mail ou votre téléphone, et votre nom ?",
    lead_stored: "Merci, j'ai noté et transmis vos coordonnées. Quelqu'un vous recontactera.",
    lead_thanks_name: "Merci. À quelle adresse e-mail ou à quel numéro pouvons-nous vous joindre ?",
    goodbye: "Avec plaisir. Bonne journée !",
    anything_else: "Très bien. Souhaitez-vous savoir autre chose ?",
    ask_question: "Que souhaitez-vous savoir ?",
  },
  suggestPerson: "Parler à une personne",
  suggestContact: "Laisser mes coordonnées",
  paused: "Ce chat est en pause. Revenez plus tard ou contactez-nous autrement.",
};

const es: Language = {
  phrases: {
    not_known: "{fallback} ¿Quiere que pase su pregunta a un compañero o prefiere dejar sus datos de contacto?",
    not_known_no_people: "{fallback} Si deja su correo o su teléfono, alguien se pondrá en contacto con usted.",
    out_of_scope: "Solo puedo ayudar con preguntas sobre {tenant}. ¿Qué le gustaría saber de nosotros?",
    waiting: "He pedido a un compañero que se una. Le responderá aquí mismo.",
    still_waiting: "Gracias. Un compañero tiene su mensaje y le responderá aquí mismo.",
    no_people: "Ahora no hay nadie que pueda atenderle aquí, pero si deja su correo o teléfono, alguien le contactará.",
    complaint: "Lo siento mucho. ¿Quiere que avise a un compañero? También puede dejar sus datos de contacto.",
    request: "Puedo pasar su petición. Deje su nombre y su teléfono o correo, o pídame hablar con una persona.",
    request_no_people: "Puedo pasar su petición. Deje su nombre y su teléfono o correo.",
    ask_contact: "Con gusto. ¿Cuáles son su correo o teléfono y su nombre?",
    lead_stored: "Gracias, he anotado y pasado sus datos. Alguien se pondrá en contacto con usted.",
    lead_thanks_name: "Gracias. ¿En qué correo o teléfono podemos localizarle?",
    goodbye: "Con gusto. ¡Que tenga un buen día!",
    anything_else: "De acuerdo. ¿Le gustaría saber algo más?",
    ask_question: "¿Qué le gustaría saber?",
  },
  suggestPerson: "Hablar con una persona",
  suggestContact: "Dejar mis datos",
  paused: "Este chat está en pausa. Vuelva más tarde o contáctenos de otra manera.",
};

const LANGUAGES: Record<string, Language> = { en, de, fr, es };

interface Voice {
  tenantName: string;
  greeting: string;
  fallback: string;
}

/** A set phrase in the visitor's language, with the tenant's own words put in. */
export function phrase(key: PhraseKey, language: string, voice: Voice): string {
  if (key === "greeting") return voice.greeting;
  const words = (LANGUAGES[language] ?? en).phrases[key];
  return words.replace("{fallback}", () => voice.fallback).replace("{tenant}", () => voice.tenantName);
}

/** The suggestions to talk to a person and to leave contact details. */
export function helpSuggestions(language: string, handoffEnabled: boolean): string[] {
  const words = LANGUAGES[language] ?? en;
  return handoffEnabled ? [words.suggestPerson, words.suggestContact] : [words.suggestContact];
}

/** What a visitor reads while the tenant's chat is paused. */
export function pausedWords(language: string): string {
  return (LANGUAGES[language] ?? en).paused;
}
