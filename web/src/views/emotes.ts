/** The emotes, drawn of a few parts each, so that they look the same on every device. */

import { type TemplateResult, html, svg } from "lit-html";

const INK = "#3a2410";

const face = (look: TemplateResult, skin = "#ffd24a", edge = "#f0a324"): TemplateResult =>
  svg`<circle cx="12" cy="12" r="10.500" fill=${edge}/><circle cx="12" cy="11.500" r="9.800" fill=${skin}/>${look}`;
const line = (d: string, stroke = INK): TemplateResult =>
  svg`<path d=${d} fill="none" stroke=${stroke} stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round"/>`;
const fill = (d: string, colour = INK): TemplateResult => svg`<path d=${d} fill=${colour}/>`;
const dots = svg`<ellipse cx="8.300" cy="10" rx="1.300" ry="1.800" fill=${INK}/><ellipse cx="15.700" cy="10" rx="1.300" ry="1.800" fill=${INK}/>`;
const cheeks = svg`<circle cx="6" cy="14" r="1.800" fill="#ff8f73"/><circle cx="18" cy="14" r="1.800" fill="#ff8f73"/>`;
const HEART = "M0 2.600C-3.200-.200-3.300-3-1.500-3.200-.700-3.300-.200-2.800 0-2.300.200-2.800.700-3.300 1.500-3.200 3.300-3 3.200-.200 0 2.600Z";
const heart = (x: number, y: number, size: number, colour = "#f4256f"): TemplateResult =>
  svg`<path transform="translate(${x} ${y}) scale(${size})" d=${HEART} fill=${colour}/>`;
const tear = (x: number): TemplateResult => svg`<path d="M${x} 12c2 3.500 1.800 5.500 0 5.500s-2-2 0-5.500Z" fill="#5ab8ff"/>`;

const DRAWN: Readonly<Record<string, TemplateResult>> = {
  hi: svg`${face(svg`${dots}${line("M8.500 14c1.500 2.200 5.500 2.200 7 0")}`)}<g fill="#ffd24a" stroke="#d98b16" stroke-width="1"><path d="M17 23c-2-1-3-3-3-5l1.400-.300.800 1.300-.300-4.500c0-1 1.400-1.100 1.600 0l.400 2.500.300-3.400c.100-1 1.600-1 1.700 0l.100 3.400.700-2.800c.300-1 1.600-.700 1.500.300l-.400 3.400.700-1.400c.500-.900 1.600-.400 1.300.600-1 3.500-2.500 6.500-6.800 5.900Z"/></g>`,
  smile: face(svg`${line("M6.800 10.500c.700-1.400 2.300-1.400 3 0M14.200 10.500c.7-1.400 2.300-1.400 3 0")}${line("M7.500 14.500c2 3 7 3 9 0")}${cheeks}`),
  lol: face(svg`${line("m6.500 8.500 3.200 1.600-3.200 1.400M17.500 8.500l-3.200 1.600 3.200 1.400")}${fill("M6.800 13.500h10.400c0 4-2.300 5.800-5.200 5.800s-5.200-1.800-5.200-5.800Z")}${fill("M9 18c1.500-1.800 4.500-1.800 6 0-1.700 1.700-4.300 1.700-6 0Z", "#ff6b7a")}${tear(4.2)}${tear(19.8)}`),
  wow: face(svg`${dots}${line("M6.800 6.300c.8-.8 1.900-1 2.800-.6M17.200 6.300c-.8-.8-1.900-1-2.800-.6")}<ellipse cx="12" cy="16" rx="2.600" ry="3.200" fill=${INK}/>`),
  love: face(svg`${heart(8, 9.8, 1.15)}${heart(16, 9.8, 1.15)}${fill("M7.500 14.500h9c-.3 3-2.200 4.300-4.500 4.300s-4.200-1.300-4.500-4.300Z")}`),
  wink: face(svg`<ellipse cx="8.300" cy="10" rx="1.300" ry="1.800" fill=${INK}/>${line("M14 10.300c1-.9 2.600-.9 3.500 0M7.500 14.500c2 2.800 6.500 2.600 8.500-.3")}${cheeks}`),
  cool: face(svg`${fill("M3 7.800h18l-.6 3.800c-.3 1.900-5.800 2-6.700 0L12.800 10h-1.600l-.9 1.600c-.9 2-6.400 1.900-6.700 0Z", "#2b2440")}${line("M6 9.200 7.500 11M14.500 9.200 16 11", "#8d86b5")}${line("M8.500 16c2 1.800 5.500 1.500 7-.6")}`),
  think: svg`${face(svg`${dots}${line("M6.500 6.800c1-.8 2.200-.8 3.200-.2M14.500 6c1.200-.5 2.300-.2 3 .7M9.500 15.200c1.800-.8 3.800-.5 5 .6")}`)}<path fill="#ffc02e" stroke="#d98b16" stroke-width="1" d="M5 23c-2-1.500-2-5 .2-5.600 2-.5 3.500.1 5.300-.9 1.200-.6 2 .7 1 1.600l-2.300 1.700 1.700-.2c1.500 0 1.300 1.800.2 2-1.600 1-3.700 2.400-6.100 1.400Z"/>`,
  shy: face(svg`${line("M7 10.500h2.600M14.400 10.500H17M10 15.500c.7-.9 1.300-.9 2 0s1.300.9 2 0")}<ellipse cx="6.200" cy="13.700" rx="2.600" ry="1.700" fill="#ff6f66" opacity=".85"/><ellipse cx="17.800" cy="13.700" rx="2.600" ry="1.700" fill="#ff6f66" opacity=".85"/>`),
  cry: face(svg`${line("M6.500 10.200c.8.8 2.400.8 3.200 0M14.300 10.200c.8.8 2.400.8 3.200 0")}${fill("M8 18c.3-2.800 2-4 4-4s3.700 1.200 4 4c-2 .9-6 .9-8 0Z")}${fill("M6.500 11.800h3v7.500c-1.500.8-3-.4-3-2ZM14.500 11.800h3v5.500c0 1.600-1.500 2.800-3 2Z", "#5ab8ff")}`),
  angry: face(svg`${line("m6.500 8 3.500 1.800M17.500 8 14 9.800")}<circle cx="8.800" cy="11.300" r="1.300" fill=${INK}/><circle cx="15.200" cy="11.300" r="1.300" fill=${INK}/>${line("M8.500 17c1.500-2.200 5.500-2.200 7 0")}`, "#ff7a4d", "#d94a24"),
  sleep: svg`${face(svg`${line("M6.500 11c.8.9 2.400.9 3.200 0M14.300 11c.8.9 2.400.9 3.200 0")}<ellipse cx="12" cy="16" rx="1.800" ry="1.500" fill=${INK}/>`)}<path d="M16 1.800h5.500L16.500 7H22" fill="none" stroke="#fff" stroke-width="3.400" stroke-linecap="round" stroke-linejoin="round"/><path d="M16 1.800h5.500L16.500 7H22" fill="none" stroke="#7c5cff" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round"/>`,
  clap: svg`<g fill="#ffd24a" stroke="#d98b16" stroke-width="1" stroke-linejoin="round"><path d="M9 21.500C5 20 2.800 16.500 3.200 12.500l.5-4c.2-1.300 2-1.200 2 .2V12l2-7c.4-1.300 2.200-.8 2 .5L9 10.300l3.300-5.800c.7-1.100 2.200-.2 1.700 1L11.800 10Z"/><path d="M10.500 22.500C7 21 6.500 17 8.500 14l5.800-8c.8-1.100 2.300-.1 1.700 1.100l-2.200 4.200 4.500-5c.9-1 2.300.1 1.600 1.300l-3.500 5 3.600-2.800c1-.8 2.100.5 1.300 1.500l-3 3.400 2-.9c1.100-.5 1.900.8 1 1.700-2.500 3-6.800 8.200-10.800 7Z"/></g>${line("M18.500 2.500 20 .9M21 4.500l2-.8", "#ffd24a")}`,
  fire: svg`<path fill="#f4511e" d="M12.500 1.500c.5 4 5.500 6 6.500 11 1 5-2.500 10-7 10s-8-4.200-7-9c.4-2 1.500-3.500 2.500-5 .5 1.500 1 2.500 2 3C10 8 10 4.500 12.500 1.500Z"/><path fill="#ffb02e" d="M12.500 9.500c.5 2.500 3.800 4 3.800 7.500 0 3-2 5-4.300 5s-4.500-2-4.200-4.800c.2-1.500 1-2.500 1.700-3.200.4 1 .8 1.500 1.400 1.800 0-2.300.3-4.300 1.600-6.300Z"/><path fill="#fff0b8" d="M12.300 16c.3 1.300 1.700 2 1.700 3.600 0 1.400-.9 2.300-2 2.300s-2-.9-1.900-2.200c.1-1.600 1.400-2.100 2.200-3.700Z"/>`,
  heart: svg`<path fill="#d3124f" d="M12 22 10.400 20.600C4.800 15.600 1.500 12.600 1.500 8.700a5.700 5.700 0 0 1 5.800-5.800c1.800 0 3.600.9 4.700 2.300a6.200 6.200 0 0 1 4.700-2.300 5.700 5.700 0 0 1 5.800 5.800c0 3.900-3.300 6.900-8.900 11.900Z"/><path fill="#ff4d86" d="M12 20.300 10.500 19C5.300 14.300 2.600 11.700 2.600 8.500a4.700 4.700 0 0 1 4.800-4.700c1.700 0 3.400.9 4.600 2.400a6 6 0 0 1 4.600-2.400 4.700 4.700 0 0 1 4.800 4.700c0 3.200-2.700 5.800-7.900 10.500Z"/><path fill="#ffd0df" d="M4.800 8.600c0-1.700 1.100-2.900 2.500-3 1.100 0 1.200 1.300.3 1.600-.8.300-1.100.9-1.200 1.700-.1 1-1.600.8-1.600-.3Z"/>`,
  star: svg`<path fill="#f0991b" stroke="#f0991b" stroke-width="1.500" stroke-linejoin="round" d="m12 2 3.100 6.500 7 .9-5.200 4.900 1.400 7L12 17.800l-6.300 3.500 1.400-7L1.900 9.400l7-.9Z"/><path fill="#ffd84d" d="m12 3.500 2.600 5.600 6 .8-4.400 4.200 1.100 6L12 17.100Z"/><path fill="#ffe98f" d="M12 3.500v13.600l-5.300 3 1.100-6L3.400 9.900l6-.8Z"/>`,
  rose: svg`<path d="M12.500 13c.5 4-.3 7-1.500 10" fill="none" stroke="#2a8a3d" stroke-width="1.800" stroke-linecap="round"/><path fill="#3fae4f" d="M12.500 18c1-2.500 3.500-3.500 6.500-3-.5 3-3.500 4.500-6.500 3Z"/><path fill="#c2183f" d="M12 1.500c4.500 0 7 3 6.500 6.500S15.500 14 12 14s-6-2.500-6.500-6S7.500 1.500 12 1.500Z"/><path fill="#f2385f" d="M12 2.500c2.500 0 4 1.500 3.500 3.200-1-1-2.500-1.400-3.500-.7-1.500 1-1 3 .5 3.500 2 .5 4-.5 5-2.200.3 4-2.200 6.500-5.500 6.500s-5.700-2.300-5.500-5.800C6.700 4 9 2.500 12 2.500Z"/>`,
  gg: svg`<path fill="#f0991b" d="M6 2h12v7c0 3.800-2.500 6.500-6 6.500S6 12.800 6 9Z"/><path fill="#ffd84d" d="M7 2h8.500v7c0 3.300-1.700 5.500-4.300 5.500S7 12.300 7 9Z"/><path fill="none" stroke="#f0991b" stroke-width="1.800" d="M6 4H2.500C2.500 8 4 10 7 10.500M18 4h3.500C21.500 8 20 10 17 10.500"/><path fill="#c9741a" d="M10.800 15.500h2.400v3.200h3.300V22h-9v-3.300h3.300Z"/><path fill="#fff4c9" d="m11.300 4 1 2.100 2.300.3-1.700 1.600.5 2.300-2.100-1.100-2.100 1.100.5-2.300L8 6.400l2.300-.3Z"/>`,
};

/** Draw an emote: our own picture where there is one, else what the room says to show. */
export function emotePicture(code: string, emoji: string): TemplateResult {
  const drawn = DRAWN[code];
  return drawn === undefined
    ? html`<span class="emote" role="img" title=":${code}:" aria-label=":${code}:">${emoji}</span>`
    : html`<svg class="emote" viewBox="0 0 24 24" role="img" aria-label=":${code}:">${drawn}</svg>`;
}
