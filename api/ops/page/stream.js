// The one connection to the API: server-sent events, read with fetch because an EventSource can not
// carry a token. It comes back by itself, and asks for a token where one is needed.

const retryMs = 1500;
const silenceMaxMs = 6000;

export function follow({ onEvent, onState, askForToken }) {
  let token = sessionStorage.getItem('cinesync-token') ?? '';
  const headers = () => (token === '' ? {} : { authorization: `Bearer ${token}` });

  async function connect() {
    const abort = new AbortController();
    let lastMs = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - lastMs > silenceMaxMs) abort.abort();
    }, 500);
    try {
      const response = await fetch('ops/events', { headers: headers(), signal: abort.signal });
      if (response.status === 401 || response.status === 403) {
        const problem = await response.json();
        token = await askForToken(token === '' ? '' : problem.detail);
        sessionStorage.setItem('cinesync-token', token);
        return 0;
      }
      if (!response.ok) {
        onState((await response.json()).detail);
        return 2 * retryMs;
      }
      onState(null);
      await readEvents(response.body, (event) => {
        lastMs = performance.now();
        onEvent(event);
      });
    } catch {
      // The API is away, or silent.
    } finally {
      clearInterval(watch);
    }
    onState('The API does not answer. Trying again …');
    return retryMs;
  }

  async function connectForEver() {
    for (;;) {
      const waitMs = await connect();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  void connectForEver();
  return { headers };
}

async function readEvents(body, onEvent) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name !== undefined && data !== undefined) onEvent({ name, data: JSON.parse(data) });
    }
  }
}
