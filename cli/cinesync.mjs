#!/usr/bin/env node
// `npx cinesync …`. It goes through the same door as the npm scripts, which checks the Node version
// and reads the env files: what runs a process runs exactly as its script does, and everything else
// is the command line of cli/main.ts.

const processes = ['api', 'auditor', 'cleaner', 'listener', 'migrate', 'seed', 'stack', 'start'];
const [word, ...words] = process.argv.slice(2);
const asksForHelp = words.includes('--help') || words.includes('-h');

if (!processes.includes(word) || asksForHelp) {
  process.argv.splice(2, 0, 'cinesync');
  // What the SDK will need in 2027 our lock file decides; a script must not have to read it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
await import('../stack/launch.mjs');
