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

const status = document.getElementById('status');
const grid = document.getElementById('grid');

function say(fine, words) {
  status.className = fine ? 'fine' : 'trouble';
  status.textContent = words;
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
  set(host.querySelector('h3'), 'title', row.note);
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

function follow() {
  const events = new EventSource('/events');
  events.addEventListener('status', event => {
    const told = JSON.parse(event.data);
    if (told.words) {
      say(told.fine, told.words);
    }
  });
  events.addEventListener('pool', event => {
    const names = JSON.parse(event.data);
    const same = names.length === hosts.size && names.every(name => hosts.has(name));
    if (grid && !same) {
      location.reload();
    }
  });
  events.addEventListener('figures', event => {
    for (const [name, value] of Object.entries(JSON.parse(event.data))) {
      const figure = document.querySelector(`[data-figure="${name}"] a`);
      if (figure) {
        figure.textContent = value;
      }
    }
  });
  events.addEventListener('rows', event => {
    for (const row of JSON.parse(event.data)) {
      if (hosts.has(row.host)) {
        changed.set(row.host, row);
      } else if (hosts.size > 0) {
        location.reload();
      }
    }
    if (changed.size > 0 && !painting) {
      painting = true;
      requestAnimationFrame(paint);
    }
  });
  events.addEventListener('hosts', () => location.reload());
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

function again(events) {
  if (events === current && !document.hidden) {
    current = follow();
  }
}

if (document.body.dataset.live) {
  current = follow();
  // A browser has six connections to one address: pages that nobody sees must not hold them.
  document.addEventListener('visibilitychange', () => {
    current.close();
    if (!document.hidden) {
      current = follow();
    }
  });
}
