/** Drawn signs: the page needs no font for them, so they look the same on every device. */

import { type TemplateResult, html, svg } from "lit-html";

type Sign = "eye" | "heart" | "gift" | "send" | "sound" | "silence" | "close" | "pen" | "down" | "chevron" | "coin" | "clock" | "people" | "arrow" | "pad" | "smile" | "reply" | "crown" | "shield" | "trophy" | "poll" | "question" | "check" | "star" | "plus" | "clover";

const SIGNS: Readonly<Record<Sign, TemplateResult>> = {
  eye: svg`<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.500S2 12 2 12Z"/><circle cx="12" cy="12" r="2.8"/>`,
  heart: svg`<path class="fill" d="M12 20.5 10.6 19.200C5.8 14.9 2.7 12 2.7 8.500A4.9 4.9 0 0 1 7.6 3.500c1.7 0 3.3.8 4.4 2.100a5.7 5.7 0 0 1 4.4-2.1 4.9 4.9 0 0 1 4.9 5c0 3.5-3.1 6.4-7.9 10.700Z"/>`,
  gift: svg`<path d="M3.5 8.500h17v4h-17zM5 12.500h14v8H5zM12 8.500v12M12 8.500C9 8.5 7 7.3 7 5.5 7 4.3 7.9 3.5 9 3.500c2 0 3 2.5 3 5Zm0 0c3 0 5-1.2 5-3 0-1.2-.9-2-2-2-2 0-3 2.5-3 5Z"/>`,
  send: svg`<path d="M4 12 20.5 4 16 20.500l-4-6.5-8-2Zm8 2 8.5-10"/>`,
  sound: svg`<path class="fill" d="M4 9.500v5h3.500L12 18.500v-13L7.5 9.500Z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>`,
  silence: svg`<path class="fill" d="M4 9.500v5h3.500L12 18.500v-13L7.5 9.500Z"/><path d="m16 9.5 5 5m0-5-5 5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  pen: svg`<path d="m4 20 .9-4L16.5 4.400a1.7 1.7 0 0 1 2.4 0l.7.7a1.7 1.7 0 0 1 0 2.400L8 19.100Z"/>`,
  chevron: svg`<path d="m6 9.500 6 6 6-6"/>`,
  down: svg`<path d="M12 4.500v15m-6-6 6 6 6-6"/>`,
  coin: svg`<circle class="fill" cx="12" cy="12" r="8.5"/><path class="mark" d="m12 7.2 1.4 3 3.3.4-2.4 2.3.6 3.3-2.9-1.6-2.9 1.6.6-3.3-2.4-2.3 3.3-.4Z"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500V12l3 2"/>`,
  people: svg`<circle class="fill" cx="9" cy="8" r="3.6"/><path class="fill" d="M2.5 19.500c0-3.8 2.9-6 6.5-6s6.5 2.2 6.5 6Z"/><path d="M15.5 5a3.3 3.3 0 0 1 0 6.200M18 14.300c2.2.8 3.5 2.6 3.5 5.2"/>`,
  arrow: svg`<path d="m6 14.5 6-6 6 6"/>`,
  pad: svg`<path d="M7 8.500h10a4 4 0 0 1 4 4.200c-.1 2.6-.9 4.8-2.7 4.8-1.5 0-2.3-2-3.3-2H9c-1 0-1.8 2-3.3 2-1.8 0-2.6-2.2-2.7-4.800A4 4 0 0 1 7 8.500Zm.5 2.500v3M6 12.500h3m6.5-1h.01m2 2h.01"/>`,
  smile: svg`<circle cx="12" cy="12" r="9"/><path d="M8 14.500c1.800 2.600 6.200 2.600 8 0M9 9.500v.5m6-.5v.5"/>`,
  reply: svg`<path d="M9.500 6 4 11.500 9.500 17M4.500 11.500H14a6 6 0 0 1 6 6v1"/>`,
  crown: svg`<path class="fill" d="M3 7.500 7.500 11 12 4.500l4.500 6.500L21 7.500 19.500 18h-15Z"/>`,
  shield: svg`<path class="fill" d="M12 2.500 20 5.500v6c0 5-3.300 8.300-8 10-4.700-1.700-8-5-8-10v-6Z"/>`,
  trophy: svg`<path class="fill" d="M7 3.500h10V10a5 5 0 0 1-10 0ZM10.500 14h3v3.500H16V20.500H8v-3h2.500Z"/><path d="M7 5.500H3.500C3.500 9 5 10.500 7.500 11M17 5.500h3.500C20.500 9 19 10.500 16.500 11"/>`,
  poll: svg`<path d="M5 20V11m7 9V4m7 16v-6" stroke-width="3.600"/>`,
  question: svg`<circle cx="12" cy="12" r="9"/><path d="M9.500 9.500a2.600 2.600 0 1 1 3.800 2.300c-.900.500-1.300 1-1.300 2M12 16.900v.100"/>`,
  check: svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`,
  star: svg`<path class="fill" d="m12 3.500 2.600 5.400 5.900.800-4.300 4.100 1.100 5.900L12 16.800l-5.300 2.900 1.100-5.900L3.500 9.700l5.900-.8Z"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  clover: svg`<path d="M4 7.500h16v3a1.800 1.800 0 0 0 0 3.500v3H4v-3a1.800 1.800 0 0 0 0-3.500Z"/><path d="m12 9.500.800 1.700 1.900.200-1.400 1.300.4 1.800-1.700-.9-1.700.9.4-1.800-1.400-1.300 1.900-.2Z"/>`,
};

/** Draw a sign of the page's own; it says nothing to a screen reader. */
export function sign(name: Sign): TemplateResult {
  return html`<svg class="sign sign-${name}" viewBox="0 0 24 24" aria-hidden="true">${SIGNS[name]}</svg>`;
}

const GIFTS: Readonly<Record<string, TemplateResult>> = {
  tomato: svg`
    <path fill="#d5302b" d="M24 43c11.3 0 18.5-6.7 18.5-16S35 12.5 24 12.5 5.5 17.7 5.5 27 12.7 43 24 43Z"/>
    <path fill="#ff5347" d="M24 39.500c10.2 0 16.7-5.7 16.7-13.400S34 13.3 24 13.3 7.3 18.4 7.3 26.1 13.8 39.5 24 39.500Z"/>
    <path fill="#ffb0a6" d="M12.3 25.300c.3-3.4 2.2-5.8 4.7-7 1.3-.6 2.3.7 1.3 1.7-1.9 1.9-2.8 3.8-3 6.2-.2 2-3.2 1.4-3-.9Z"/>
    <path fill="#3fae4f" d="m24 14.5-6.8 5.3 1-5.5-6.5-1.8 6.7-2.100L20 5l4 3.600L28.5 5l1 5.4 6.8 2.1-6.6 1.8 1 5.500Z"/>
    <path fill="#2a8a3d" d="M22.7 3.500h2.600l.5 6.500h-3.600Z"/>`,
  confetti: svg`
    <path fill="#f2a92b" d="M5 43 15.5 17.5 31 33Z"/><path fill="#ffd166" d="M5 43 15.5 17.500l5.2 5.200Z"/>
    <path fill="#e8772e" d="m11 28.5 8.9 9.5 5-2-11.4-13.200Z"/>
    <ellipse cx="23.2" cy="25.3" rx="10.9" ry="4.2" fill="#c96a1d" transform="rotate(45 23.2 25.3)"/>
    <path fill="none" stroke="#ff5c8a" stroke-width="3" stroke-linecap="round" d="M24 21c-2.5-5 2-7-1-12.5"/>
    <path fill="none" stroke="#5ad1ff" stroke-width="3" stroke-linecap="round" d="M27.5 25.500c5 2.5 6.5-2.5 12.5.5"/>
    <path fill="none" stroke="#9d7bff" stroke-width="3" stroke-linecap="round" d="M27 21.500c4-2 2-6 7-8"/>
    <rect x="33" y="4.5" width="5" height="5" rx="1" fill="#ffd166" transform="rotate(20 35 7)"/>
    <rect x="39" y="14" width="4.5" height="4.5" rx="1" fill="#ff5c8a" transform="rotate(40 41 16)"/>
    <rect x="13" y="6" width="4.5" height="4.5" rx="1" fill="#63e6a5" transform="rotate(-15 15 8)"/>
    <circle cx="28" cy="7" r="2.2" fill="#63e6a5"/><circle cx="38" cy="34" r="2.3" fill="#ffd166"/><circle cx="12" cy="15" r="1.7" fill="#5ad1ff"/>`,
  giant_head: svg`
    <path fill="none" stroke="#c9c5e6" stroke-width="1.8" stroke-linecap="round" d="M24 38c-3 2.5 3 4-.5 7.5"/>
    <path fill="#7a4df0" d="m20.5 39.5 3.5-4 3.5 4Z"/>
    <path fill="#7a4df0" d="M24 37.500c9.5 0 16-8 16-17.300C40 10.8 33 3.5 24 3.500S8 10.8 8 20.200c0 9.3 6.5 17.3 16 17.300Z"/>
    <path fill="#a07bff" d="M24 35c8.6 0 14.3-7 14.3-15C38.3 11.5 32 5 24 5S9.7 11.5 9.7 20 15.4 35 24 35Z"/>
    <path fill="#e6dcff" d="M13.5 17c.6-4 3-7 6.3-8.2 1.5-.5 2.3 1.2 1 2-2.5 1.6-3.9 3.9-4.3 6.7-.3 2-3.3 1.6-3-.5Z"/>
    <ellipse cx="19.2" cy="20.5" rx="1.9" ry="2.7" fill="#241548"/><ellipse cx="28.8" cy="20.5" rx="1.9" ry="2.7" fill="#241548"/>
    <path fill="#ff8fb5" d="M13.5 24.500a2.4 1.5 0 1 0 4.8 0 2.4 1.5 0 1 0-4.8 0Zm16.2 0a2.4 1.5 0 1 0 4.8 0 2.4 1.5 0 1 0-4.8 0Z"/>
    <path fill="#241548" d="M20.3 25.300h7.400c0 2.9-1.6 4.9-3.7 4.900s-3.7-2-3.7-4.900Z"/>`,
  duck: svg`
    <path fill="#e79a12" d="M12.500 43.500c-6.500-2-9.500-8-8-14.500 4.500 3 8.500 3 13-.5 6-4 19-5.500 25.500-1.500 2 9.500-6 17.500-17 17.500-5 0-9.500 0-13.500-1Z"/>
    <path fill="#ffc928" d="M12.500 41.500c-5.500-1.800-8.500-6.500-7.500-12 4.500 2.500 8.500 2 13-1 6-4 18.500-5.500 24.300-1.500 1.500 8.700-6 15.500-16.300 15.500-5 0-9.500 0-13.500-1Z"/>
    <circle cx="30.500" cy="16.500" r="11.500" fill="#e79a12"/><circle cx="30.500" cy="15.800" r="11" fill="#ffd94a"/>
    <path fill="#f0661c" d="M39.500 15.500c3.500-.5 6.500.5 7 2.200.4 2-3.500 4-8.500 3.300-2-1-1.800-4.500 1.500-5.500Z"/><path fill="#ff8a3c" d="M39.800 15.500c3.200-.4 6 .4 6.500 1.800-2.500 1-5 1.200-8 .6-.3-1 .2-2 1.500-2.400Z"/>
    <ellipse cx="34" cy="13.500" rx="2" ry="2.700" fill="#241548"/><circle cx="34.600" cy="12.600" r=".8" fill="#fff"/>
    <path fill="#f2b21c" d="M17 31.500c5-2.500 11-2 14 1-2 4.500-9.500 5.500-14-1Z"/>
    <path fill="#fff0ad" d="M22.500 11c.8-2.300 2.600-3.800 4.700-4.300 1.300-.3 1.800 1.200.7 1.800-1.400.8-2.300 1.800-2.800 3.200-.6 1.600-3.100.900-2.600-.7Z"/>`,
  rose: svg`
    <path fill="none" stroke="#2a8a3d" stroke-width="3" stroke-linecap="round" d="M24.500 27c.5 7-.5 12-2.500 18"/>
    <path fill="#3fae4f" d="M24 37c3.500-5 8.500-6 13-4-2.500 4.500-7.500 7-13 4Zm-1.500 4.500c-2.500-4-6.500-5-10.500-3.500 2 4 6.500 5.500 10.500 3.500Z"/>
    <path fill="#2a8a3d" d="m16 24.500 2.500 6.500 6 2 6-2 2.500-6.500-8.500 4Z"/>
    <path fill="#c21543" d="M24.500 29.500c-7.500 0-12.500-5-12.500-11.500 0-3 .8-5.500 2-7.500l4 1.500 6.500-7 6.500 7 4-1.500c1.200 2 2 4.500 2 7.500 0 6.500-5 11.500-12.500 11.500Z"/>
    <path fill="#ff3d6e" d="M24.500 28c-6.500 0-10.800-4.300-10.800-10 0-2.300.5-4 1.300-5.500 5 3 7.300 8 9.500 8s4.500-5 9.500-8c.8 1.500 1.300 3.200 1.300 5.500 0 5.700-4.300 10-10.800 10Z"/>
    <path fill="#ff7d9e" d="M24.500 7.500 30 13.300c-2 2-4 5.200-5.500 5.200s-3.500-3.200-5.500-5.200Z"/>
    <path fill="none" stroke="#c21543" stroke-width="1.700" stroke-linecap="round" d="M21.500 13.500c1.500-1.500 4.500-1.500 6 0-.5 1.800-2.700 2-3.500.8"/>`,
  sticker: svg`
    <path fill="#fff" stroke="#fff" stroke-width="7" stroke-linejoin="round" d="m24 6.500 5.600 11 12.200 1.900-8.700 8.800 1.900 12.300L24 35l-11 5.500 1.900-12.300-8.700-8.800 12.200-1.900Z"/>
    <path fill="#f5a81c" stroke="#f5a81c" stroke-width="2.500" stroke-linejoin="round" d="m24 6.500 5.600 11 12.200 1.900-8.700 8.800 1.900 12.300L24 35l-11 5.500 1.900-12.300-8.700-8.800 12.200-1.900Z"/>
    <path fill="#ffd84d" d="m24 9 4.700 9.600 10.300 1.500-7.500 7.400 1.700 10.300-9.200-4.700-9.200 4.700 1.700-10.300-7.500-7.400 10.300-1.500Z"/>
    <ellipse cx="20" cy="23.500" rx="1.700" ry="2.500" fill="#241548"/><ellipse cx="28" cy="23.500" rx="1.700" ry="2.500" fill="#241548"/>
    <path fill="none" stroke="#241548" stroke-width="1.700" stroke-linecap="round" d="M21.500 28.200c1.400 1.500 3.600 1.500 5 0"/>
    <circle cx="16.700" cy="26.700" r="1.700" fill="#ff8f73"/><circle cx="31.300" cy="26.700" r="1.700" fill="#ff8f73"/>
    <path fill="#dfe6ff" d="M44 33.500 34.500 44c-1-3.500-.5-6 1-7.700 1.700-1.900 4.700-2.800 8.500-2.800Z"/>`,
  dance: svg`
    <path fill="none" stroke="#ff7fb0" stroke-width="4.500" stroke-linecap="round" stroke-linejoin="round" d="m12 8.500 6 9 6.500-1 6.500 6.500 8-5"/>
    <path fill="none" stroke="#7a4df0" stroke-width="5.500" stroke-linecap="round" stroke-linejoin="round" d="m24.500 17.500-2 11.500 7.500 5-1.500 10M22.500 29 15 35.500 17.500 44"/>
    <path fill="#ff7fb0" stroke="#ff7fb0" stroke-width="5" stroke-linejoin="round" d="m24 18-1.500 9.500 2.500.5 2-9Z"/>
    <circle cx="27.500" cy="9" r="5.500" fill="#ffd9b8"/><path fill="#3a2a7c" d="M22 9.500C21.500 5 24 2.500 28 2.500c4.500 0 6.500 3 6 7-2-.5-3-2-3.500-3-2 1.500-5 2.500-8.500 3Z"/>
    <path fill="#5ad1ff" d="M40.500 6.500v8.300a2.900 2.400 0 1 1-1.800-2.200V4.500l6.300-1.300v2.300ZM8 20.500v7a2.500 2.100 0 1 1-1.600-1.900v-4.800Z"/>
    <circle cx="40" cy="31" r="1.700" fill="#ffd166"/><circle cx="6.500" cy="12" r="1.700" fill="#63e6a5"/>`,
  barrage: svg`
    <path stroke="#c9c5e6" stroke-width="2" stroke-linecap="round" d="M8 4v5M20.500 2.500v4M36 3v5M43 12v4M4.500 17v4"/>
    <g transform="rotate(-10 16 20)"><rect x="7" y="15" width="18" height="15" rx="2" fill="#5b35d6"/><rect x="5.500" y="11.500" width="21" height="6" rx="2" fill="#8d6bff"/>
    <path fill="#ffd166" d="M14 11.500h4V30h-4zM16 11.500c-3.500 0-6-1.500-5.500-3.700.4-2 4.500-1.300 5.500 3.200 1-4.500 5.100-5.200 5.500-3.200.5 2.200-2 3.700-5.500 3.700Z"/></g>
    <g transform="rotate(12 34 30)"><rect x="26.500" y="27.500" width="16" height="14" rx="2" fill="#d42b62"/><rect x="25" y="24" width="19" height="6" rx="2" fill="#ff5c8a"/>
    <path fill="#7df0c8" d="M32.700 24h3.600v17.500h-3.600zM34.500 24c-3.200 0-5.500-1.300-5-3.300.4-1.800 4-1.200 5 2.800 1-4 4.600-4.600 5-2.800.5 2-1.800 3.300-5 3.300Z"/></g>
    <circle cx="33" cy="12.500" r="5.200" fill="#e23b33"/><path fill="#3fae4f" d="m33 8.300-3.200-1.500 2.400-.7.800-2 .8 2 2.400.7Z"/><circle cx="31" cy="11.500" r="1.300" fill="#ffb0a6"/>
    <circle cx="14" cy="39.500" r="5" fill="#ffd94a"/><path fill="#f0661c" d="M18.500 38.500c2 0 3.500.6 3.500 1.500s-1.500 1.300-3.500 1Z"/><circle cx="15.500" cy="38" r="1" fill="#241548"/>`,
  fireworks: svg`
    <g fill="none" stroke-linecap="round" stroke-width="2.600"><path stroke="#ffd166" d="M19 9V4.500M19 26v5M10.500 17.500H5.500M27.500 17.500h5M13 11.500 9.500 8M25 11.500 28.500 8M13 23.500 9.500 27M25 23.500l3.500 3.500"/>
    <path stroke="#ff5c8a" d="M35.500 26.500v-3.500M35.500 39.500V43M29 33h-3.500M42 33h3.500M31 28.500l-2.300-2.300M40 28.500l2.300-2.300M31 37.500l-2.300 2.300M40 37.500l2.300 2.300"/>
    <path stroke="#5ad1ff" stroke-width="2.200" d="M12 36.500v-2.300M12 44v2M8 40H5.500M16 40h2.500M9.300 37.300l-1.600-1.600M14.700 37.300l1.600-1.600M9.300 42.700l-1.600 1.600M14.700 42.700l1.600 1.600"/></g>
    <circle cx="19" cy="17.500" r="4" fill="#fff1c4"/><circle cx="35.500" cy="33" r="2.800" fill="#ffd3e0"/><circle cx="12" cy="40" r="2" fill="#d8f3ff"/>
    <circle cx="38" cy="9" r="1.700" fill="#9d7bff"/><circle cx="43" cy="16" r="1.300" fill="#63e6a5"/><circle cx="24" cy="40.500" r="1.400" fill="#ffd166"/>`,
  ticket: svg`
    <g transform="rotate(-14 24 24)">
      <path fill="#119c8d" d="M4.5 15a2 2 0 0 1 2-2h35a2 2 0 0 1 2 2v5.200a4.3 4.3 0 0 0 0 8.600V34a2 2 0 0 1-2 2h-35a2 2 0 0 1-2-2v-5.200a4.3 4.3 0 0 0 0-8.600Z"/>
      <path fill="#2fd3bd" d="M4.5 14a2 2 0 0 1 2-2h35a2 2 0 0 1 2 2v5.200a4.3 4.3 0 0 0 0 8.600V33a2 2 0 0 1-2 2h-35a2 2 0 0 1-2-2v-5.200a4.3 4.3 0 0 0 0-8.600Z"/>
      <path stroke="#0b7d71" stroke-width="1.8" stroke-dasharray="2.6 2.6" d="M32.5 14v19"/>
      <path fill="#fff3c4" d="m19 16.5 2.1 4.5 4.9.6-3.6 3.4.9 4.900L19 27.500l-4.3 2.4.9-4.9-3.6-3.4 4.9-.6Z"/>
      <path stroke="#0b7d71" stroke-width="2" stroke-linecap="round" d="M36.8 19v9"/>
    </g>`,
};

/** Draw a gift: our own picture where there is one, else the catalogue's emoji. */
export function giftPicture(id: string, emoji: string): TemplateResult {
  const drawn = GIFTS[id];
  return drawn === undefined
    ? html`<span class="gift-picture is-emoji" aria-hidden="true">${emoji}</span>`
    : html`<svg class="gift-picture" viewBox="0 0 48 48" aria-hidden="true">${drawn}</svg>`;
}
