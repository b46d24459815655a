// Two small businesses' websites as people write them, with tables, lists, questions and answers; and what visitors ask.

/** Pages by path. */
export const SITES: Record<"dental" | "hotel", Record<string, string>> = {
  dental: {
    "/faq.html": `<html lang=en><head><title>Questions and answers – Acme Dental</title></head><body>
      <main>
      <h1>Frequently asked questions</h1>
      <h3>How often should I come for a check-up?</h3>
      <p>Twice a year for adults and every four months for children with braces.</p>
      <h3>Can I eat after a filling?</h3>
      <p>Wait until the numbness has worn off, usually about two hours.</p>
      <h3>Are you taking new patients?</h3>
      <p>Yes, we are currently welcoming new patients. Please bring your insurance card and a list of your medication.</p>
      <h3>May I bring my dog?</h3>
      <p>Assistance dogs are welcome. Other animals have to stay outside for reasons of hygiene.</p>
      <h3>Is the practice wheelchair accessible?</h3>
      <p>Yes. There is a ramp at the entrance and a lift to the second floor.</p>
      <h3>Which languages do you speak?</h3>
      <p>Our team speaks English, Spanish and German.</p>
      <h3>How do I book an appointment?</h3>
      <p>Call us, write an e-mail or use this chat and leave your telephone number.</p></main></body></html>`,
    "/": `<html lang=en><head><title>Acme Dental – your family dentist in Springfield</title></head><body>
      <main>
      <h1>Welcome to Acme Dental</h1>
      <p>We are a family dental practice in the heart of Springfield. Our team of four dentists and six hygienists looks after patients of every age.</p>
      <h2>Opening hours</h2>
      <table><tr><th>Day</th><th>Hours</th></tr><tr><td>Monday – Thursday</td><td>8:00 – 18:00</td></tr><tr><td>Friday</td><td>8:00 – 15:00</td></tr><tr><td>Saturday</td><td>9:00 – 12:00</td></tr><tr><td>Sunday</td><td>Closed</td></tr></table>
      <h2>Find us</h2>
      <p>12 Market Street, Springfield SP1 2AB. The practice is on the second floor, above the pharmacy. There is a lift.</p>
      <p>Free parking is available behind the building for up to two hours.</p>
      <h2>Contact</h2>
      <p>Call us on 01234 567890 or write to hello@acmedental.test.</p></main>
      <footer>
      <p>Acme Dental, 12 Market Street, Springfield SP1 2AB · 01234 567890</p></footer></body></html>`,
    "/prices.html": `<html lang=en><head><title>Prices – Acme Dental</title></head><body>
      <main>
      <h1>Our prices</h1>
      <p>All prices are per treatment and include a short consultation.</p>
      <table><tr><th>Treatment</th><th>Price</th><th>Duration</th></tr><tr><td>Check-up and X-rays</td><td>$95</td><td>30 minutes</td></tr><tr><td>Teeth cleaning</td><td>$120</td><td>45 minutes</td></tr><tr><td>Teeth whitening</td><td>$350</td><td>90 minutes</td></tr><tr><td>White filling</td><td>from $180</td><td>45 minutes</td></tr><tr><td>Root canal treatment</td><td>from $750</td><td>90 minutes</td></tr><tr><td>Dental implant</td><td>from $2,400</td><td>several visits</td></tr></table>
      <h2>Insurance</h2>
      <p>We accept most dental insurance plans. The following insurers are billed directly:</p>
      <ul><li>Delta Dental</li><li>Cigna</li><li>MetLife</li><li>Aetna</li></ul>
      <p>If your insurer is not on the list, you pay at the desk and claim the amount back yourself.</p>
      <h2>Payment</h2>
      <p>You can pay by cash, debit card, Visa and Mastercard. We do not accept cheques. For treatments above $500 we offer interest-free instalments over twelve months.</p>
      <h2>Missed appointments</h2>
      <p>Please cancel at least 24 hours ahead. A missed appointment is charged with $60.</p></main></body></html>`,
    "/services.html": `<html lang=en><head><title>Treatments – Acme Dental</title></head><body>
      <main>
      <h1>Treatments</h1>
      <h2>Children's dentistry</h2>
      <p>We see children from the age of two. The first visit is playful and takes about twenty minutes.</p>
      <h2>Emergency care</h2>
      <p>If you have severe toothache or a broken tooth, call us before 10:00 and we will see you on the same day. Outside of our hours, the regional emergency line 0800 111 222 will help.</p>
      <h2>Orthodontics</h2>
      <p>Dr. Maria Lopez fits clear aligners and fixed braces. A first assessment costs $75 and is credited against your treatment.</p>
      <h2>Teeth whitening</h2>
      <p>We whiten teeth in the practice with a lamp or at home with custom trays. Results last for one to three years. Whitening is not suitable during pregnancy.</p>
      <h2>Sedation</h2>
      <p>Nervous patients can choose nitrous oxide sedation. You will need someone to drive you home after intravenous sedation.</p></main></body></html>`,
    "/team.html": `<html lang=en><head><title>Our team – Acme Dental</title></head><body>
      <main>
      <h1>Our team</h1>
      <h2>Dr. John Carter, principal dentist</h2>
      <p>Dr. Carter founded the practice in 1998. He is a specialist for implants and root canals.</p>
      <h2>Dr. Maria Lopez, orthodontist</h2>
      <p>Dr. Lopez studied in Madrid and joined us in 2012.</p>
      <h2>Dr. Aisha Khan, children's dentist</h2>
      <p>Dr. Khan loves working with children and anxious patients.</p></main></body></html>`,
  },
  hotel: {
    "/": `<html lang=en><head><title>Hotel Globex – by the lake in Lucerne</title></head><body>
      <main>
      <h1>Hotel Globex</h1>
      <p>Our family-run hotel has 84 rooms with a view of the lake. It stands five minutes' walk from the main station.</p>
      <h2>Arrival and departure</h2>
      <p>Check-in starts at 3 pm, check-out is until 11 am. Late check-out until 2 pm costs CHF 40. The reception is staffed around the clock.</p>
      <h2>How to find us</h2>
      <p>Hotel Globex, Seestrasse 18, 6003 Lucerne. By car, leave the A2 at exit Luzern-Zentrum. The underground garage costs CHF 25 a night; please reserve a space.</p>
      <h2>Pets</h2>
      <p>Dogs are welcome for CHF 20 a night. They may not enter the restaurant.</p></main></body></html>`,
    "/meetings.html": `<html lang=en><head><title>Meetings and weddings | Hotel Globex</title></head><body>
      <main>
      <h1>Meetings and weddings</h1>
      <p>Four rooms seat between 10 and 120 people. Each has daylight, a projector and fast internet.</p>
      <p>A half-day with coffee break costs CHF 65 per person, a full day with lunch CHF 110 per person.</p>
      <p>For weddings our events manager Laura Meier is there for you: events@globex.test.</p>
      <h2>Airport transfer</h2>
      <p>The train from Zurich Airport takes 70 minutes. On request we organise a private transfer for CHF 220.</p></main></body></html>`,
    "/restaurant.html": `<html lang=en><head><title>Restaurant and bar | Hotel Globex</title></head><body>
      <main>
      <h1>Restaurant and bar</h1>
      <h2>Breakfast</h2>
      <p>Our breakfast buffet is served from 6:30 to 10:00, on weekends until 11:00. Guests from outside pay CHF 28.</p>
      <h2>Restaurant Seeblick</h2>
      <p>The restaurant is open daily from 11:30 to 14:00 and from 18:00 to 22:00. Vegetarian and vegan dishes are on every menu. Gluten-free meals are prepared on request.</p>
      <h2>Bar</h2>
      <p>The bar is open from Tuesday to Saturday, 17:00 to midnight. Smoking is allowed on the terrace only.</p></main></body></html>`,
    "/rooms.html": `<html lang=en><head><title>Rooms and rates | Hotel Globex</title></head><body>
      <main>
      <h1>Rooms and rates</h1>
      <p>Rates are per room and night, including breakfast, service and VAT. City tax of CHF 3.80 per person is added.</p>
      <table><tr><th>Room</th><th>Low season</th><th>High season</th></tr><tr><td>Single room</td><td>CHF 140</td><td>CHF 180</td></tr><tr><td>Double room</td><td>CHF 190</td><td>CHF 260</td></tr><tr><td>Family room</td><td>CHF 270</td><td>CHF 350</td></tr><tr><td>Lake suite</td><td>CHF 420</td><td>CHF 560</td></tr></table>
      <h2>In every room</h2>
      <ul><li>Free Wi-Fi</li><li>Air conditioning</li><li>Safe and minibar</li><li>Coffee machine</li></ul>
      <h2>Children</h2>
      <p>Children under six stay free in their parents' bed. A cot or extra bed is CHF 35 a night.</p>
      <h2>Cancellation</h2>
      <p>You can cancel free of charge until 6 pm two days before arrival. After that we charge the first night.</p></main></body></html>`,
    "/wellness.html": `<html lang=en><head><title>Wellness | Hotel Globex</title></head><body>
      <main>
      <h1>Wellness</h1>
      <h2>Pool and sauna</h2>
      <p>The indoor pool is open from 7:00 to 21:00 and free for our guests. The sauna opens at 15:00. Towels are provided.</p>
      <h2>Gym</h2>
      <p>The fitness room on the first floor is open around the clock with your room key.</p>
      <h2>Massage</h2>
      <table><tr><th>Massage</th><th>Duration</th><th>Price</th></tr><tr><td>Classic massage</td><td>50 minutes</td><td>CHF 120</td></tr><tr><td>Hot stone massage</td><td>80 minutes</td><td>CHF 175</td></tr></table>
      <p>Please book massages at least four hours ahead at the reception, telephone +41 41 555 01 01.</p></main></body></html>`,
  },
};
