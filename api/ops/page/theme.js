// Light or dark: as the system says, until somebody chooses.

import { byId } from './dom.js';

const choices = ['auto', 'light', 'dark'];
const system = matchMedia('(prefers-color-scheme: dark)');

export function followTheme() {
  let choice = localStorage.getItem('cinesync-theme') ?? 'auto';
  const apply = () => {
    const isDark = choice === 'auto' ? system.matches : choice === 'dark';
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    byId('theme').textContent = `Theme: ${choice}`;
  };
  byId('theme').addEventListener('click', () => {
    choice = choices[(choices.indexOf(choice) + 1) % choices.length];
    localStorage.setItem('cinesync-theme', choice);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
