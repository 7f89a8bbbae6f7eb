'use strict';
// Everything can be read without this file. It filters, copies, and opens what a link leads to.
(() => {
  const form = document.querySelector('.filters');
  const causes = [...document.querySelectorAll('.cause')];
  if (form) {
    const texts = causes.map((cause) => cause.textContent.toLowerCase());
    const said = form.querySelector('output');
    const nothing = document.getElementById('nothing');
    const filter = () => {
      const data = new FormData(form);
      const words = String(data.get('text') || '').toLowerCase().split(/\s+/).filter(Boolean);
      const levels = data.getAll('level');
      const operation = data.get('operation');
      const rule = data.get('rule');
      const state = data.get('state');
      let shown = 0;
      causes.forEach((cause, i) => {
        const d = cause.dataset;
        const fits = levels.includes(d.level) &&
          (!operation || d.operations.split('|').includes(operation)) &&
          (!rule || d.rule === rule) && (!state || d.state === state) &&
          words.every((word) => texts[i].includes(word));
        cause.hidden = !fits;
        if (fits) shown++;
      });
      nothing.hidden = shown > 0;
      said.textContent = shown === causes.length ? `${shown} shown` : `${shown} of ${causes.length} shown`;
    };
    form.hidden = false;
    form.addEventListener('input', filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    filter();
  }

  // A link to something inside a closed element opens it.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === 'DETAILS') at.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  reveal();

  if (navigator.clipboard) {
    for (const button of document.querySelectorAll('.copy')) {
      button.hidden = false;
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent);
          button.textContent = 'Copied';
        } catch {
          button.textContent = 'Not allowed';
        }
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
      });
    }
  }

  // Paper shows everything, in browsers that print closed elements closed.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const one of closed) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of closed) one.open = false;
  });
})();
