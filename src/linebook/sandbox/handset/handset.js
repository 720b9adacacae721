// The handset: asks the sandbox again and again what was sent, and shows it as telephones would. It keeps nothing.
"use strict";

const POLL_MS = 600;
const WAIT_MS = 2500;
const FILE_MAX = 600000;
const PAGE = 500;

const $ = (id) => document.getElementById(id);
const account = document.body.dataset.account;
const lineButtons = [...document.querySelectorAll(".line")];

const state = {
  texts: [],
  known: null,
  line: lineButtons[0] ? lineButtons[0].dataset.line : "",
  number: "",
  opened: new Map(), // line -> numbers that were opened by hand
};

const words = {
  queued: "waits", in_process: "waits", held: "waits", sent: "sent", accepted: "with the carrier",
  delivered: "on the handset", failed: "failed", undelivered: "not delivered", received: "sent",
};
const tones = { accepted: "good", delivered: "good", sent: "good", failed: "bad", undelivered: "bad" };

// -- asking

async function ask(path, options = {}) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error || `The hub answered ${answer.status}.`);
  return body;
}

async function poll() {
  let pause = POLL_MS;
  try {
    const known = state.known === null ? "" : `&known=${state.known}`;
    const page = await ask(`/_sandbox/texts?account=${account}&limit=${PAGE}${known}`);
    if (page.changes !== state.known) {
      state.known = page.changes;
      state.texts = page.texts.reverse();
      show();
    }
    live(true);
  } catch {
    live(false);
    pause = WAIT_MS;
  }
  setTimeout(poll, document.hidden ? WAIT_MS : pause);
}

function live(isLive) {
  const text = isLive ? "live" : "no answer from the hub";
  $("live").classList.toggle("is-live", isLive);
  if ($("live-text").textContent !== text) $("live-text").textContent = text;
}

// -- showing

function show() {
  showLines();
  showPeople();
  showPhone();
}

function ofLine(line) {
  return state.texts.filter((text) => text.line === line);
}

function showLines() {
  for (const button of lineButtons) {
    const count = new Set(ofLine(button.dataset.line).map((text) => text.number)).size;
    const badge = button.querySelector(".count");
    badge.hidden = count === 0;
    badge.textContent = count === 1 ? "1 telephone" : `${count} telephones`;
    button.setAttribute("aria-pressed", String(button.dataset.line === state.line));
  }
}

function people() {
  const last = new Map();
  for (const text of ofLine(state.line)) {
    last.delete(text.number);
    last.set(text.number, text);
  }
  const numbers = [...last.keys()].reverse();
  const byHand = (state.opened.get(state.line) || []).filter((number) => !last.has(number));
  return [...byHand, ...numbers].map((number) => ({ number, text: last.get(number) }));
}

function showPeople() {
  const found = people();
  const list = $("people");
  $("nobody").hidden = found.length > 0;
  const focused = document.activeElement && document.activeElement.dataset.number;
  list.replaceChildren(...found.map(({ number, text }) => {
    const button = make("button", "person", { type: "button" });
    button.dataset.number = number;
    button.setAttribute("aria-pressed", String(number === state.number));
    button.append(make("span", "person-number", { textContent: pretty(number) }));
    if (text) {
      button.append(make("span", "person-time", { textContent: time(text.created_ms) }));
      const isBad = text.direction === "out" && tones[text.state] === "bad";
      const shown = isBad ? `${capital(words[text.state])}: ${preview(text)}` : preview(text);
      button.append(make("span", isBad ? "person-text bad" : "person-text", { textContent: shown }));
    } else {
      button.append(make("span", "person-text", { textContent: "No texts yet" }));
    }
    button.addEventListener("click", () => choose(number));
    const item = make("li");
    item.append(button);
    return item;
  }));
  if (focused) {
    const again = [...list.querySelectorAll(".person")].find((one) => one.dataset.number === focused);
    if (again) again.focus({ preventScroll: true });
  }
}

function preview(text) {
  const said = text.body.trim() || (text.attachments.length ? "Picture" : "");
  return text.direction === "in" ? `Reply: ${said}` : said;
}

function showPhone() {
  const thread = $("thread");
  const isOpen = state.number !== "";
  const texts = isOpen ? ofLine(state.line).filter((text) => text.number === state.number) : [];
  $("reply").hidden = !isOpen;
  $("phone-title").textContent = isOpen ? pretty(state.number) : "No telephone chosen";
  $("phone-line").textContent = isOpen ? `texts with ${lineName(state.line)}` : "";
  $("no-texts").hidden = texts.length > 0;
  $("no-texts").textContent = isOpen ? "No texts yet." : "Choose a telephone, or open one by its number.";
  const silent = isSilent(texts);
  $("silent").hidden = !silent;
  $("stop").dataset.word = silent ? "UNSTOP" : "STOP";
  $("stop").textContent = `Send ${$("stop").dataset.word}`;

  const key = `${state.line} ${state.number}`;
  if (thread.dataset.key !== key) {
    thread.replaceChildren();
    thread.dataset.key = key;
  }
  const screen = $("screen");
  const wasAtEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 60;
  const there = new Map([...thread.children].map((item) => [item.dataset.id, item]));
  let grew = false;
  for (const text of texts) {
    const item = there.get(text.id);
    there.delete(text.id);
    if (item) {
      showState(item, text);
    } else {
      thread.append(bubble(text));
      grew = true;
    }
  }
  for (const item of there.values()) item.remove();
  if (grew && (wasAtEnd || thread.childElementCount === texts.length)) screen.scrollTop = screen.scrollHeight;
}

// The words are the hub's own; which of them came last is enough to tell a person what is to be expected.
function isSilent(texts) {
  const stops = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|revoke|opt out|arret|arrêt)\s*$/i;
  const starts = /^\s*(start|yes|unstop|nonarret|nonarrêt)\s*$/i;
  let silent = false;
  for (const text of texts) {
    if (text.direction !== "in") continue;
    if (stops.test(text.body)) silent = true;
    if (starts.test(text.body)) silent = false;
  }
  return silent;
}

function bubble(text) {
  const isMine = text.direction === "in"; // from the line's side it came in: on the telephone it is one's own
  const item = make("li", isMine ? "text mine" : "text");
  item.dataset.id = text.id;
  const box = make("div", "bubble");
  box.append(make("span", "sr", { textContent: isMine ? "You: " : `${lineName(text.line)}: ` }));
  for (const file of text.attachments) box.append(attachment(file));
  if (text.body) box.append(make("p", "", { textContent: text.body }));
  const foot = make("p", "foot");
  foot.append(make("time", "", { textContent: time(text.created_ms), dateTime: new Date(text.created_ms).toISOString() }));
  foot.append(make("span", "state"));
  item.append(box, foot);
  showState(item, text);
  return item;
}

function showState(item, text) {
  const place = item.querySelector(".state");
  const parts = text.part_count > 1 && !text.is_mms ? ` · ${text.part_count} parts` : "";
  const bad = tones[text.state] === "bad";
  const why = bad ? `: ${text.reason} (${text.message_status})` : "";
  const due = text.state === "queued" && text.due_ms ? ` until ${time(text.due_ms)}` : "";
  const said = `${words[text.state] || text.state}${due}${why}${parts}`;
  if (place.textContent === said) return;
  place.textContent = said;
  place.className = `state ${tones[text.state] || ""}`;
  place.dataset.state = text.state;
  place.title = `${text.status_code}/${text.message_status} ${text.reason}`;
}

function attachment(file) {
  if (/^image\/(png|jpeg|gif)$/.test(file.kind)) {
    const link = make("a", "picture", { href: file.url, target: "_blank", rel: "noopener" });
    const image = make("img", "", { src: file.url, alt: file.name || "Picture", loading: "lazy" });
    image.addEventListener("load", () => { const s = $("screen"); s.scrollTop = s.scrollHeight; }, { once: true });
    link.append(image);
    return link;
  }
  return make("a", "file", { href: file.url, textContent: `${file.name} (${Math.ceil(file.size_bytes / 1000)} kB)` });
}

function make(tag, className = "", properties = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  return Object.assign(element, properties);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function pretty(number) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `+1 ${us[1]} ${us[2]} ${us[3]}` : number;
}

function lineName(address) {
  const button = lineButtons.find((one) => one.dataset.line === address);
  return button ? button.querySelector(".line-label").textContent : address;
}

function time(ms) {
  const at = new Date(ms);
  const isToday = at.toDateString() === new Date().toDateString();
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return isToday ? clock : `${at.toLocaleDateString([], { month: "short", day: "numeric" })}, ${clock}`;
}

// -- doing

function choose(number, { focus = true } = {}) {
  state.number = number;
  document.body.dataset.view = number ? "phone" : "threads";
  location.replace(`#${encodeURIComponent(state.line)}/${encodeURIComponent(number)}`);
  refuse("");
  show();
  $("screen").scrollTop = $("screen").scrollHeight;
  if (number && focus) $("body").focus({ preventScroll: true });
}

function refuse(sentence) {
  $("refusal").hidden = !sentence;
  $("refusal").textContent = sentence;
}

async function reply(body, file) {
  refuse("");
  try {
    const attachments = file ? [{ name: file.name, content: await base64(file) }] : [];
    await ask("/_sandbox/texts", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account: Number(account), line: state.line, number: state.number, body, attachments }),
    });
    return true;
  } catch (error) {
    refuse(error.message);
    return false;
  }
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(String(reader.result).split(",")[1] || ""));
    reader.addEventListener("error", () => failed(new Error("The file cannot be read.")));
    reader.readAsDataURL(file);
  });
}

function showChosen() {
  const file = $("file").files[0];
  const isTooLarge = Boolean(file) && file.size > FILE_MAX;
  if (isTooLarge) $("file").value = "";
  refuse(isTooLarge ? "A text takes files of 600 kB at most." : "");
  $("chosen").hidden = !file || isTooLarge;
  $("chosen-name").textContent = file ? file.name : "";
}

for (const button of lineButtons) {
  button.addEventListener("click", () => {
    state.line = button.dataset.line;
    choose("", { focus: false });
  });
}

$("back").addEventListener("click", () => {
  choose("");
  $("dial-number").focus({ preventScroll: true });
});

$("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = $("dial-number").value.replace(/[\s().-]/g, "");
  const number = /^\+/.test(typed) ? typed : typed.length === 10 ? `+1${typed}` : `+${typed}`;
  if (!/^\+\d{3,15}$/.test(number)) {
    $("dial-number").setCustomValidity("A number has digits only.");
    $("dial-number").reportValidity();
    return;
  }
  const numbers = state.opened.get(state.line) || [];
  state.opened.set(state.line, [number, ...numbers.filter((one) => one !== number)]);
  $("dial-number").value = "";
  choose(number);
});
$("dial-number").addEventListener("input", () => $("dial-number").setCustomValidity(""));

$("reply").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = $("body").value;
  const file = $("file").files[0];
  if (!body.trim() && !file) {
    refuse("There is nothing to send yet.");
    $("body").focus();
    return;
  }
  if (await reply(body, file)) {
    $("body").value = "";
    $("file").value = "";
    showChosen();
    $("body").focus();
  }
});

$("body").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("reply").requestSubmit();
  }
});

$("stop").addEventListener("click", () => reply($("stop").dataset.word));
$("file").addEventListener("change", showChosen);
$("unattach").addEventListener("click", () => {
  $("file").value = "";
  showChosen();
  $("body").focus();
});

for (const place of document.querySelectorAll(".line-number")) place.textContent = pretty(place.dataset.number);

const [line, number] = location.hash.slice(1).split("/").map(decodeURIComponent);
if (lineButtons.some((one) => one.dataset.line === line)) {
  state.line = line;
  state.number = number || "";
  document.body.dataset.view = state.number ? "phone" : "threads";
}
show();
poll();
