// Keeps a page that the server has rendered up to date. Text is set as text, never as markup.
const local = new Intl.DateTimeFormat(undefined, {dateStyle: 'short', timeStyle: 'medium'});
for (const time of document.querySelectorAll('time')) {
  time.title = time.textContent;
  time.textContent = local.format(new Date(time.dateTime));
}

for (const range of document.querySelectorAll('input[type=range]')) {
  const output = range.parentElement.querySelector('output');
  range.addEventListener('input', () => {
    output.textContent = (range.value > 0 ? '+' : '') + range.value;
  });
}

// Sentences have moments in UTC among their words.
const inLocalTime = words =>
  words.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, moment => local.format(new Date(moment)));

const status = document.getElementById('status');
if (status) {
  status.textContent = inLocalTime(status.textContent);
}
const grid = document.getElementById('grid');

function say(fine, words) {
  status.className = fine ? 'fine' : 'trouble';
  status.textContent = inLocalTime(words);
  grid?.classList.toggle('stale', !fine);
}

function about(seconds) {
  if (seconds < 60) {
    return seconds + ' s';
  }
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours < 1 ? minutes + ' min'
    : hours < 24 ? hours + ' h ' + minutes % 60 + ' min'
    : Math.floor(hours / 24) + ' d ' + hours % 24 + ' h';
}

function set(element, name, value) {
  if (value === null) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

// What a slot says; its age comes last, as the server has it.
const AGE = /, for [^,]*$/;

function tell(element, words) {
  const since = element.dataset.since;
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
  const title = since ? words + ', for ' + about(seconds) : words;
  set(element, 'title', title);
  set(element, 'aria-label', element.localName === 'a' ? title : null);
}

// Ages grow without an event: each is set when somebody is about to read it.
function tellAge(event) {
  if (event.target.dataset.since) {
    tell(event.target, event.target.title.replace(AGE, ''));
  }
}

grid?.addEventListener('pointerover', tellAge);
grid?.addEventListener('focusin', tellAge);

function fill(element, cell) {
  const words = cell.host + ': ' + cell.words;
  const stays = element.dataset.since === (cell.since ?? undefined)
    && element.title.replace(AGE, '') === words;
  set(element, 'class', 'slot ' + cell.use);
  set(element, 'href', cell.instance && '/instances/' + encodeURIComponent(cell.instance));
  set(element, 'data-since', cell.since);
  if (element.textContent !== cell.letter) {
    element.textContent = cell.letter;
  }
  if (!stays) {
    tell(element, words);
  }
}

// Only what differs is touched: it costs less, and whoever stands on a slot stays there.
function show(host, row) {
  set(host, 'class', 'host ' + row.state);
  set(host.querySelector('h3'), 'title', row.host + ': ' + row.note);
  const slots = host.querySelector('.slots');
  row.cells.forEach((cell, i) => {
    const kind = cell.instance === null ? 'span' : 'a';
    const before = slots.children[i];
    if (before?.localName === kind) {
      fill(before, cell);
      return;
    }
    const next = document.createElement(kind);
    fill(next, cell);
    if (before) {
      before.replaceWith(next);
    } else {
      slots.append(next);
    }
  });
  while (slots.children.length > row.cells.length) {
    slots.lastElementChild.remove();
  }
}

const hosts = new Map();
for (const host of document.querySelectorAll('[data-host]')) {
  hosts.set(host.dataset.host, host);
}

// The latest of each host that changed since the last frame.
const changed = new Map();
let painting = false;

function paint() {
  painting = false;
  changed.forEach((row, name) => show(hosts.get(name), row));
  changed.clear();
}

// Not all viewers at once: each page is made anew.
function reload() {
  setTimeout(() => location.reload(), Math.random() * 2000);
}

// A connection may be lost without a word, as when a laptop has slept. The console speaks every few seconds.
const LONGEST_SILENCE_MILLIS = 20000;
let heard = 0;
let began = null;

function follow() {
  const events = new EventSource('/events');
  heard = Date.now();
  const on = (name, take) => events.addEventListener(name, event => {
    heard = Date.now();
    take(JSON.parse(event.data));
  });
  on('alive', () => {});
  on('console', start => {
    if (began !== null && began !== start) {
      reload(); // it may be another version, whose page is not ours
    }
    began = start;
  });
  on('status', told => {
    if (told.words) {
      say(told.fine, told.words);
    }
  });
  on('pool', names => {
    const same = names.length === hosts.size && names.every(name => hosts.has(name));
    if (grid && !same) {
      reload();
    }
  });
  on('figures', told => {
    for (const [name, value] of Object.entries(told)) {
      const figure = document.querySelector(`[data-figure="${name}"] a`);
      if (figure && figure.textContent !== String(value)) {
        figure.textContent = value;
      }
    }
  });
  on('rows', rows => {
    for (const row of rows) {
      if (hosts.has(row.host)) {
        changed.set(row.host, row);
      }
    }
    if (changed.size > 0 && !painting) {
      painting = true;
      requestAnimationFrame(paint);
    }
  });
  on('hosts', reload);
  events.onerror = () => {
    say(false, 'The console does not answer. What is shown was true before.');
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(again, RETRY_MILLIS, events);
    }
  };
  return events;
}

// A browser gives up for good after an answer that is no stream, such as a proxy's 502 or our own 503.
const RETRY_MILLIS = 5000;
let current = null;

async function again(events) {
  if (events !== current || document.hidden) {
    return;
  }
  const answer = await fetch('/api/images').catch(() => null);
  if (answer?.status === 401) {
    location.reload(); // the session is over: the form says so, aloud
  } else if (events === current && !document.hidden) {
    current = follow();
  }
}

function listen() {
  if (!document.hidden && Date.now() - heard > LONGEST_SILENCE_MILLIS) {
    say(false, 'Nothing was heard of the console for a while. What is shown was true before.');
    current.close();
    current = follow();
  }
}

if (document.body.dataset.live) {
  current = follow();
  setInterval(listen, 2000);
  // A browser has six connections to one address: pages that nobody sees must not hold them.
  document.addEventListener('visibilitychange', () => {
    current.close();
    if (!document.hidden) {
      current = follow();
    }
  });
}
