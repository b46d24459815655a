// The phrases behind the intents, as data. Words are folded (lower case, no accents, no punctuation); `*` ends a word
// anyhow, ` ~ ` stands for up to three words between, and a plain regular expression may stand in for a word.
import type { Intent } from "./intents.ts";

interface PhraseRule {
  intent: Intent;
  /** Between 0 and 1: how surely any of the patterns means the intent. */
  weight: number;
  patterns: string[];
}

const APPOINTMENT =
  "(?:appointment*|reservation*|booking*|visit|meeting|table|room*|slot|consultation|check up|checkup|cleaning|session|stay|massage|treatment|haircut|nights?)";
const TERMIN = "(?:termin*|reservierung*|buchung*|tisch|zimmer|behandlung)";
const RDV = "(?:rendez vous|rdv|reservation*|table|chambre*|consultation)";
const CITA = "(?:cita*|reserva*|mesa|habitacion*|consulta)";
const PERSON =
  "(?:human|person|people|someone|somebody|agent|representative|operator|receptionist|manager|advisor|staff|team|colleague|employee|member|real person|real human)";

export const INTENT_PHRASES: readonly PhraseRule[] = [
  {
    intent: "human",
    weight: 0.9,
    patterns: [
      `(?:speak|talk|chat|connect*|transfer*|put) ~ (?:to|with|through) ~ ${PERSON}`,
      "(?:speak|talk|chat) ~ (?:to|with) ~ (?:doctor|dentist|nurse|lawyer|owner|restaurant|reception|concierge|housekeeping|spa|desk|service)",
      "(?:transfer|connect|put|pass) (?:me|us) ~ (?:to|with|through|over)",
      "get me ~ (?:manager|supervisor|someone|somebody|person|human)",
      "(?:team|reception|concierge|manager|supervisor) please",
      `(?:want|need|like|get) (?:me )?(?:a |an )?(?:real |live |actual )?(?:human|person|agent|operator|representative)`,
      "(?:real|live|actual) (?:person|human|agent)",
      "(?:human|agent|operator|representative) please",
      "^ ?(?:human|agent|operator|representative)",
      "are you ~ (?:robot|bot|human|real|machine|ai)",
      "(?:customer|guest) (?:service|support) ~ (?:please|agent|number)",
      "mit (?:einem|einer|jemandem?|ihrem?|dem) ~ (?:mensch*|person|mitarbeiter*|kollege*|berater*|sprechen|reden|verbinden)",
      "(?:mensch*|mitarbeiter*) (?:sprechen|reden)",
      "(?:parler|discuter) ~ (?:a|avec) ~ (?:quelqu un|humain|personne|conseiller*|agent|employe*)",
      "(?:hablar|comunic*) ~ con ~ (?:alguien|persona|humano|agente|asesor)",
    ],
  },
  {
    intent: "complaint",
    weight: 0.75,
    patterns: [
      "(?:complain|complaint*)",
      "(?:very|really|so|extremely|deeply) (?:unhappy|disappointed|dissatisfied|upset|angry|annoyed|frustrated|rude|bad|poor|dirty)",
      "(?:terrible|horrible|awful|unacceptable|disgusting|disgraceful|ridiculous|outrageous|appalling)",
      "(?:worst|rude|unprofessional)",
      "(?:not happy|unhappy|dissatisfied|disappointed|fed up|furious)",
      "(?:refund|compensation) ~ (?:now|immediately|demand)",
      "(?:demand|want) ~ (?:refund|money back|compensation)",
      "(?:waste of (?:time|money)|rip off|ripped off|scam)",
      "(?:still|has|have|had) ~ (?:not been fixed|stopped working|been waiting)",
      "(?:beschwer*|unzufrieden|enttausch*|unverschamt|frechheit|katastrophe)",
      "(?:reclamation|plainte|decu*|mecontent*|inacceptable|scandaleu*)",
      "(?:queja|reclamacion|quejarme|decepcionad*|inaceptable|pesimo)",
    ],
  },
  {
    intent: "complaint",
    weight: 0.5,
    patterns: ["(?:dirty|broken|noisy|cold food|overcharged|too loud|ignored|lied)"],
  },
  {
    intent: "reschedule",
    weight: 0.9,
    patterns: [
      "(?:reschedul*|rebook*|postpone*)",
      `(?:move|change|shift|push|modify|amend|switch|alter|adjust) ~ (?:my|our|the|an|a) ~ ${APPOINTMENT}`,
      `(?:move|change|shift) ~ ${APPOINTMENT} to`,
      `(?:change|update|amend|modify|alter|adjust|edit) ~~ (?:reservation*|booking*|appointment*)`,
      `(?:reservation|booking|appointment) ~~ (?:change|update|amend|modify|alter|adjust|edit|move) ~ (?:the|it|my|to|date*|time|number)`,
      `(?:add|put|include) ~ (?:people|person|guest*|adult*|child*) ~ (?:to|under|in|on) ~ (?:reservation|booking|appointment)`,
      `(?:extend|shorten|prolong) ~ (?:my|our|the) ~ ${APPOINTMENT}`,
      `${TERMIN} ~ (?:verschieben|verlegen|andern|umbuchen)`,
      "(?:umbuchen|verlegen) mein*",
      `(?:deplacer|reporter|modifier|changer|decaler) ~ ${RDV}`,
      `(?:cambiar|mover|reprogramar|aplazar|modificar) ~ ${CITA}`,
    ],
  },
  {
    intent: "cancel",
    weight: 0.9,
    patterns: [
      `cancel ~~ (?:appointment|reservation|booking)`,
      `cancel* ~ (?:my|our|the|an|a|this|that) ~ ${APPOINTMENT}`,
      `cancel* (?:my|our|it|this|that)`,
      "(?:need|want|like|have) to cancel",
      `call off ~ ${APPOINTMENT}`,
      `(?:won t|can t|cant|cannot) (?:make it|come|attend) ~~ (?:appointment|reservation|booking|tomorrow|today)`,
      `${TERMIN} ~ (?:absagen|stornieren|kundigen)`,
      `(?:annuler|decommander) ~ ${RDV}`,
      `(?:cancelar|anular) ~ ${CITA}`,
    ],
  },
  { intent: "cancel", weight: 0.35, patterns: ["cancel*", "stornier*", "annul*"] },
  {
    intent: "booking",
    weight: 0.85,
    patterns: [
      `(?:book|reserve|schedule|arrange|make|set up|get) (?:me |us )?(?:a|an|my|the|another|one|two|some) ~ ${APPOINTMENT}`,
      "(?:like|want|need|can i|could i|may i|how do i|how can i|to) (?:to )?(?:book|reserve|schedule)",
      `(?:want|need|like|looking for|have) (?:to have |to get )?(?:a|an|another) ~ (?:appointment|reservation|booking)`,
      `(?:appointment|reservation|booking) ~ (?:for|on|at|this|next) ~ (?:today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|morning|afternoon|evening)`,
      `(?:any|have|free|available) ~ (?:appointments|slots|availability) ~ (?:today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week)`,
      "(?:book|reserve) (?:a|an|the|me|us|for|from|tomorrow|today)",
      "(?:make|open|start|get|set up) ~ (?:new|another|reservation|booking|appointment)",
      "(?:table|room|hotel) (?:booking|reservation) for",
      "(?:any|have|got|there) ~ availability ~ (?:for|on|between|from|this|next)",
      "table for (?:two|three|four|five|six|seven|eight|\\d+)",
      `${TERMIN} ~ (?:buchen|vereinbaren|reservieren|machen|ausmachen|haben|bekommen)`,
      "(?:mochte|wurde gern*|kann ich) ~ (?:buchen|reservieren)",
      `(?:prendre|reserver|fixer|avoir|obtenir) ~ ${RDV}`,
      `(?:reservar|pedir|agendar|concertar|hacer) ~ ${CITA}`,
    ],
  },
  {
    intent: "pricing",
    weight: 0.8,
    patterns: [
      "how much (?:is|are|does|do|for|will|would|to|s|did|it)",
      "how expensive",
      "(?:what|which) ~ (?:price*|cost*|fee*|rate*|charge|tariff*)",
      "(?:price|cost|fee|rate|price list|prices|pricing|quote|tariffs) (?:of|for|per|list|s)",
      "(?:do|does|will|is) ~ (?:cost|charge|charged)",
      "(?:was|wie ?viel*) (?:kostet|kosten)",
      "(?:preis*|kosten|gebuhr*)",
      "(?:combien (?:coute*|ca|est)|prix|tarif*|cout)",
      "(?:cuanto (?:cuesta*|vale*|es)|precio*|tarifa*|coste*)",
    ],
  },
  { intent: "pricing", weight: 0.55, patterns: ["(?:price|prices|pricing|costs?|fees?|expensive|cheap*)", "how much"] },
  {
    intent: "lead",
    weight: 0.85,
    patterns: [
      "(?:call|phone|ring|contact|email|text|reach|write) me (?:back|at|on|later|tomorrow|when|about|please)",
      "(?:can|could|please|would) (?:you |someone |somebody |anyone )*(?:call|phone|ring|contact|email) me",
      "(?:my|here is my|here s my) ~ (?:number|phone|email|e mail|contact|details) (?:is|are|s)?",
      "(?:leave|give you|send you) ~ (?:my|our) ~ (?:details|number|email|contact|phone)",
      "(?:get|be) in touch with me",
      "you can (?:reach|call|contact|email) me",
      "request a (?:callback|call back|quote|demo)",
      "(?:ruckruf|zuruckrufen|rufen sie mich|meine (?:nummer|telefonnummer|e mail))",
      "(?:rappel* moi|me rappeler|mon (?:numero|telephone|e mail|email))",
      "(?:llameme|llamenme|me pueden llamar|mi (?:numero|telefono|correo))",
    ],
  },
  {
    intent: "goodbye",
    weight: 0.85,
    patterns: [
      "(?:bye|goodbye|good bye|see you|see ya|cya|farewell|laters?|good night|take care)",
      "(?:that s all|that is all|that ll be all|nothing else|i m done|im done|i am done|no more questions|that s it)",
      "(?:thanks|thank you|thx|ty|cheers|much appreciated|danke*|vielen dank|merci|gracias|muchas gracias)",
      "(?:tschuss|auf wiedersehen|wiedersehen|ciao|au revoir|bonne journee|adios|hasta luego)",
    ],
  },
  {
    intent: "out_of_scope",
    weight: 0.85,
    patterns: [
      "(?:write|compose|generate|create) (?:me |us )?(?:a|an|some|my) ~ (?:poem|essay|song|story|code|script|program|function|haiku|email|letter|cv|resume|rap)",
      "(?:tell|know) (?:me |us )?(?:a|an|some|any) ~ (?:joke|story|riddle|fun fact)",
      "(?:capital|president|population|prime minister|king|queen) of \\S+",
      "(?:translate|solve|calculate) (?:this|the|it|me|\\d*)",
      "(?:weather|forecast) ~ (?:today|tomorrow|like|in|for)",
      "(?:who won|world cup|bitcoin|stock (?:price|market)|lottery)",
      "(?:meaning of life|ignore (?:all|your|previous|the)|system prompt|your (?:instructions|prompt))",
      "what (?:is|s) \\d+ (?:plus|minus|times|x|divided)",
      "(?:schreib*|dichte*) ~ (?:gedicht|aufsatz|lied)",
      "(?:hauptstadt|prasident*) (?:von|der|des)",
      "(?:ecris|ecrivez) ~ (?:poeme|chanson|histoire)",
      "capitale (?:du|de|des)",
      "(?:escribe|escriba*) ~ (?:poema|cancion|historia)",
    ],
  },
];
