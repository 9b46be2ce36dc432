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

function say(fine, words) {
  status.className = fine ? 'fine' : 'trouble';
  status.textContent = words;
  const grid = document.getElementById('grid');
  if (grid) {
    grid.classList.toggle('stale', !fine);
  }
}

function slot(cell) {
  const element = document.createElement(cell.instance === null ? 'span' : 'a');
  element.className = 'slot ' + cell.use;
  const title = cell.host + ': ' + cell.words;
  element.title = title;
  element.textContent = cell.letter;
  if (cell.instance !== null) {
    element.href = '/instances/' + encodeURIComponent(cell.instance);
    element.setAttribute('aria-label', title);
  }
  return element;
}

const hosts = new Map();
for (const host of document.querySelectorAll('[data-host]')) {
  hosts.set(host.dataset.host, host);
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
    if (document.getElementById('grid') && !same) {
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
      const host = hosts.get(row.host);
      if (!host && hosts.size > 0) {
        location.reload();
      } else if (host) {
        host.className = 'host ' + row.state;
        host.querySelector('h3').title = row.note;
        host.querySelector('.slots').replaceChildren(...row.cells.map(slot));
      }
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
