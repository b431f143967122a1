// The page: every event of the one stream goes to the pictures and tables that show it.

import { drawLatency, drawTimeline } from './charts.js';
import { byId, element, time } from './dom.js';
import { drawFlow, onLayoutChange, showFlow, showPassing } from './flow.js';
import { follow } from './stream.js';
import { addToLog, noteAtHop, showHops, showResources } from './tables.js';
import { followTheme } from './theme.js';

const pointsMax = 900;
let points = [];
let latest = null;
let paused = false;
/** The code whose way the demonstration shows, until it has arrived. */
let awaited = null;

const handlers = {
  history: (history) => {
    points = history.points;
    byId('demo').hidden = !history.demo;
  },
  state: (state) => {
    latest = state;
    points = [...points, state.point].slice(-pointsMax);
    showVerdict(state);
    showFlow(state);
    showHops(state.hops);
    showResources(state.resources);
    drawTimeline(points);
    drawLatency(state.latency);
  },
  invalidation: (invalidation) => {
    const { code, action, publishedMs, appliedMs } = invalidation;
    const what = action === 'invalidate_cache' ? code : 'everything';
    if (!paused) addToLog(invalidation);
    noteAtHop('postgres', what);
    noteAtHop('listener', what);
    noteAtHop('kafka', publishedMs === null ? what : `${what} after ${time(publishedMs)}`);
    const reached =
      appliedMs === null
        ? ['postgres', 'listener', 'kafka']
        : ['postgres', 'listener', 'kafka', 'cleaner', 'redis'];
    if (appliedMs !== null) {
      noteAtHop('cleaner', what);
      noteAtHop('redis', `${what} after ${time((publishedMs ?? 0) + appliedMs)}`);
    }
    showPassing(reached);
    awaited?.(invalidation);
  },
};

drawFlow();
onLayoutChange(() => {
  drawFlow();
  if (latest !== null) showFlow(latest);
});
followTheme();

const stream = follow({
  onEvent: ({ name, data }) => handlers[name]?.(data),
  onState: (problem) => {
    if (problem !== null) setVerdict('bad', problem);
  },
  askForToken,
});

function setVerdict(state, words) {
  const verdict = byId('verdict');
  verdict.dataset.state = state;
  // Said aloud only when it says something else.
  if (verdict.textContent !== words) verdict.textContent = words;
}

function showVerdict({ verdict }) {
  setVerdict(verdict.state, verdict.words);
}

function askForToken(refusal) {
  const form = byId('ask');
  form.hidden = false;
  byId('refusal').textContent = refusal;
  setVerdict('warn', 'This page is waiting for a token.');
  byId('token').focus();
  return new Promise((resolve) => {
    form.addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        form.hidden = true;
        resolve(byId('token').value.trim());
      },
      { once: true },
    );
  });
}

byId('pause').addEventListener('click', ({ currentTarget }) => {
  paused = !paused;
  currentTarget.setAttribute('aria-pressed', String(paused));
  currentTarget.textContent = paused ? 'Go on' : 'Pause';
});

const passedWithinMs = 5000;

byId('change').addEventListener('click', ({ currentTarget }) => void changeCity(currentTarget));

async function changeCity(button) {
  button.disabled = true;
  const steps = byId('steps');
  steps.replaceChildren();
  const say = (title, detail) => {
    steps.append(element('li', {}, title, element('small', {}, detail)));
  };
  try {
    const before = await read();
    const passed = new Promise((resolve) => {
      const timer = setTimeout(resolve, passedWithinMs, null);
      awaited = (invalidation) => {
        if (invalidation.code !== 'BGR') return;
        clearTimeout(timer);
        resolve(invalidation);
      };
    });
    const answer = await fetch('ops/demo', { method: 'POST', headers: stream.headers() });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail);
    say(
      `UPDATE: ${body.population.toLocaleString('en-US')}`,
      `committed in ${time(body.tookMs)}; was ${before.population.toLocaleString('en-US')}, from the ${before.source}`,
    );
    const invalidation = await passed;
    if (invalidation === null) {
      say('It has not arrived yet', 'see the last errors below');
    } else {
      say('In Kafka', `${time(invalidation.publishedMs)} after the UPDATE`);
      say(
        'Gone from Redis',
        invalidation.appliedMs === null ? 'not seen' : `${time(invalidation.appliedMs)} later`,
      );
    }
    const after = await read();
    say(`Read: ${after.population.toLocaleString('en-US')}`, `from the ${after.source}`);
    showPassing(['api']);
  } catch (error) {
    say('That did not work', String(error.message));
  } finally {
    awaited = null;
    button.disabled = false;
  }
}

async function read() {
  const { source, data } = await (await fetch('cities/BGR')).json();
  return { source, population: data.find(({ name }) => name === 'Dobric')?.population ?? 0 };
}
