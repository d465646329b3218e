// What breaks a rule of accessibility on the page that is shown: evaluated in it by tests/fakes/accessibility.py.
() => {
  const faults = [];
  const say = (rule, element) => faults.push(`${rule}: ${element.outerHTML.replace(/\s+/g, ' ').slice(0, 140)}`);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isOff = e => e.closest('.skip, .unseen, [aria-hidden=true]');
  const isShown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const textOf = e => e ? e.textContent.trim() : '';
  const named = e => {
    const by = (e.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
    return textOf(e) || e.getAttribute('aria-label') || e.alt || e.title
      || by.some(id => textOf(document.getElementById(id)))
      || (e.labels && [...e.labels].some(textOf)) || all('img[alt]', e).some(i => i.alt) || (e.type === 'submit' && e.value);
  };
  // 3.1.1, 2.4.2: language and title
  if (!document.documentElement.lang) faults.push('no language');
  if (!document.title.trim()) faults.push('no title');
  if (/user-scalable=no|maximum-scale/.test(document.querySelector('meta[name=viewport]').content)) faults.push('no zoom');
  // 1.3.1: one main heading, levels without gaps, landmarks
  const headings = all('h1, h2, h3, h4').filter(isShown);
  if (headings.filter(h => h.tagName === 'H1').length !== 1) faults.push('not one h1');
  headings.reduce((before, h) => { const level = +h.tagName[1]; if (level > before + 1) say('heading skips a level', h); return level; }, 0);
  if (all('main').length !== 1) faults.push('not one main');
  for (const nav of all('nav')) if (!nav.getAttribute('aria-label')) say('navigation without a name', nav);
  // 4.1.2: names of what can be used, no hidden or nested controls
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"], [role=img]';
  for (const e of all(controls).filter(isShown)) if (!named(e)) say('no name', e);
  for (const e of all('[aria-hidden=true]')) if (all('a[href], button, input, select', e).length) say('hidden, but can be focused', e);
  for (const e of all('a a, a button, button a, button button, label label')) say('nested controls', e);
  for (const e of all('[tabindex]')) if (+e.getAttribute('tabindex') > 0) say('tabindex above 0', e);
  for (const e of all('input:not([type=hidden]), select, textarea').filter(isShown))
    if (!(e.labels && e.labels.length) && !e.getAttribute('aria-label')) say('no label', e);
  // 1.1.1: pictures have alternatives
  for (const e of all('img')) if (!e.hasAttribute('alt')) say('no alternative', e);
  for (const e of all('svg').filter(isShown)) if (!e.closest('[aria-hidden=true]') && e.getAttribute('role') !== 'img') say('picture for nobody', e);
  // ids are unique and references lead somewhere
  const ids = all('[id]').map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push(`id twice: ${id}`);
  for (const e of all('[aria-labelledby], [aria-describedby], [aria-controls]'))
    for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls'])
      for (const id of (e.getAttribute(name) || '').split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) say('leads nowhere', e);
  for (const e of all('label[for]')) if (!document.getElementById(e.htmlFor)) say('leads nowhere', e);
  // lists, definitions and tables are built as they must be
  for (const e of all('ul, ol')) if ([...e.children].some(c => !['LI', 'TEMPLATE'].includes(c.tagName))) say('list with other children', e);
  for (const e of all('li')) if (!e.closest('ul, ol')) say('item of no list', e);
  for (const e of all('dl')) if ([...e.children].some(c => !['DIV', 'DT', 'DD'].includes(c.tagName))) say('definitions with other children', e);
  for (const e of all('th')) if (!e.scope && textOf(e)) say('header of nothing', e);
  // 2.1.1: what scrolls can be reached
  for (const e of all('*').filter(isShown)) {
    const style = getComputedStyle(e);
    if (!/auto|scroll/.test(style.overflowX + style.overflowY) || e === document.documentElement || e === document.body) continue;
    if (e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1) continue;
    if (e.tabIndex < 0 && !all('a[href], button, input, select, summary, [tabindex="0"]', e).length) say('scrolls, but not by keyboard', e);
  }
  // 2.5.8: what is pressed is 24 pixels wide and high, or has that much room; links in sentences may be smaller
  for (const e of all('button, select, summary, input:not([type=hidden]), .rooms a, .map td a, .tile .shot').filter(isShown).filter(e => !isOff(e))) {
    const target = /checkbox|radio/.test(e.type || '') && e.labels.length ? e.labels[0] : e;
    const { width, height } = target.getBoundingClientRect();
    if (width < 24 || height < 23.5) say(`only ${width.toFixed(0)} by ${height.toFixed(0)} px`, e);
  }
  // 1.4.3: contrast of every text with what is behind it
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = '#000'; canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const luminance = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { const layers = []; for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3]) layers.push(c); if (c[3] === 1) break; }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.textContent.trim() || seen.has(e) || !isShown(e) || isOff(e) || e.closest('svg, .shown, .off, script, style, option, noscript')) continue;
    seen.add(e);
    let opacity = 1;
    for (let up = e; up; up = up.parentElement) opacity *= +getComputedStyle(up).opacity;
    const style = getComputedStyle(e), behind = ground(e), text = rgba(style.color);
    const [a, b] = [luminance(over([...text.slice(0, 3), text[3] * opacity], behind)), luminance(behind)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, e);
  }
  return faults;
}
