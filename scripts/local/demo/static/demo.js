// The page of Acme Boards. What a founder writes is in the first half: the stub, identify and track.

// Keeps calls made before the widget has loaded.
window.conversioncrm ||= ((calls) => {
  for (const name of ["track", "identify", "page", "group", "reset", "consent", "flush"]) {
    calls[name] = (...args) => calls.push([name, args, Date.now()]);
  }
  return calls;
})([]);

const $ = (id) => document.getElementById(id);
const SESSION = "acme-session";

// The stages of a new workspace, and the score at which each begins.
const STAGES = { signed_up: 0, activated: 20, engaged: 40, ready: 70 };
const DONE = {
  "Project Created": "Project created.",
  "Invite Sent": "Invitation sent.",
  "Feature Used": "The timeline is planned.",
  "Upgrade Clicked": "Thank you! Nothing is charged here.",
};

let user; // whom Acme's server signed in: {userId, userHash, name, email}

/** Calls the widget, and shows the call in the panel. */
function tell(method, ...args) {
  conversioncrm[method](...args);
  const shown = args.map((value) => JSON.stringify(value, (key, text) => (key === "userHash" ? "…" : text)));
  $("calls").prepend(element("li", `${method}(${shown.join(", ")})`));
  if ($("calls").children.length > 6) $("calls").lastChild.remove();
}

async function signIn(person) {
  const response = await post("/sign-in", person);
  user = await response.json();
  if (!response.ok) throw new Error(user.detail);
  const { userId, userHash, name, email } = user;
  sessionStorage.setItem(SESSION, JSON.stringify({ name, email }));
  tell("identify", userId, { name, email }, { userHash });
  showSession();
}

function signOut() {
  sessionStorage.removeItem(SESSION);
  tell("reset");
  user = undefined;
  showSession();
}

/** A button's data attributes: what it tracks, with which properties, and the dialog it opens. */
function act({ event, open, ...properties }) {
  tell("track", event, ...(Object.keys(properties).length ? [properties] : []));
  if (event === "Project Created") $("ideas").prepend(element("li", `Project ${$("ideas").children.length - 1}`));
  if (event === "Upgrade Clicked") $("pricing").close();
  if (open) $(open).showModal();
  $("done").textContent = DONE[event] ?? "";
}

// From here on: showing what Acme's server was told by ConversionCRM.

const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) });

function element(name, text, className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

/** A part of the score: a signal that was counted, or a trait that fits. */
function part({ signal, count = "", trait, operator, points }) {
  const tr = document.createElement("tr");
  const heading = element("th", signal ?? `${trait} ${operator}`);
  heading.scope = "row";
  tr.append(heading, element("td", count), element("td", Number(points).toFixed(2)));
  return tr;
}

function stage([name, from], current) {
  const li = element("li", name.replace("_", " "), name === current ? "current" : "");
  if (name === current) li.ariaCurrent = "step";
  li.append(element("small", `from ${from}`));
  return li;
}

function showContact({ score, stage: current, breakdown, asOf }) {
  $("score").textContent = $("meter").value = score;
  $("chip").textContent = `${score} · ${current.replace("_", " ")}`;
  $("stages").replaceChildren(...Object.entries(STAGES).map((each) => stage(each, current)));
  $("breakdown").replaceChildren(...breakdown.map(part));
  const sum = breakdown.reduce((total, { points }) => total + Number(points), 0);
  $("sum").textContent = sum.toFixed(2);
  $("as-of").textContent =
    `As of ${asOf} (UTC). ${sum > 100 ? "A score ends at 100. " : ""}Points fade by half in 14 days.`;
}

function showMails(mails) {
  $("no-mail").hidden = mails.length > 0;
  $("mails").replaceChildren(...mails.map(({ subject }) => element("li", subject)));
}

function showSession() {
  $("account").hidden = $("product").hidden = !user;
  $("welcome").hidden = $("visitor-pricing").hidden = $("nobody").hidden = Boolean(user);
  $("contact").hidden = $("chip").hidden = true;
  showMails([]);
  if (!user) return suggestPerson();
  $("name").textContent = user.name;
  $("initials").textContent = user.name[0];
}

/** Fills the form with somebody new, so that every visitor can watch a score from its beginning. */
function suggestPerson() {
  const names = ["Maya Lindqvist", "Tomas Okafor", "Irene Castell", "Jun Harada", "Noor Haddad"];
  const name = names[Math.floor(Math.random() * names.length)];
  $("full-name").value = name;
  $("email").value = `${name.toLowerCase().replace(" ", ".")}.${Math.floor(1000 + Math.random() * 9000)}@example.com`;
}

async function refresh() {
  const asked = user;
  if (!asked || document.hidden) return;
  const response = await post("/contact", { userId: asked.userId, email: asked.email });
  const answer = await response.json();
  if (asked !== user) return; // signed out meanwhile
  $("problem").textContent = answer.detail ?? "";
  if (!response.ok) return;
  $("contact").hidden = $("chip").hidden = !answer.score;
  if (answer.score) showContact(answer.score);
  showMails(answer.mails);
}

async function keepRefreshing() {
  try {
    await refresh();
  } catch {
    $("problem").textContent = "Acme's own server does not answer.";
  }
  setTimeout(keepRefreshing, 1000);
}

$("sign-in").addEventListener("submit", (submit) => {
  submit.preventDefault();
  $("sign-in-problem").textContent = "";
  signIn(Object.fromEntries(new FormData(submit.target))).catch(({ message }) => {
    $("sign-in-problem").textContent = message;
  });
});
$("sign-out").addEventListener("click", signOut);
for (const button of document.querySelectorAll("[data-event]")) {
  button.addEventListener("click", () => act({ ...button.dataset }));
}

showSession();
const session = sessionStorage.getItem(SESSION);
if (session) signIn(JSON.parse(session)).catch(() => {});
keepRefreshing();
