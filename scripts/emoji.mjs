// Makes src/features/emoji/server/cldr/annotations.tsv from CLDR's annotations (npm package cldr-annotations-full):
//   npm pack cldr-annotations-full@48.2.0 && tar xzf cldr-annotations-full-48.2.0.tgz && node scripts/emoji.mjs package
// A line for each emoji: the emoji, then for each language its name and its keywords, with `|` between them.
import { readFileSync, writeFileSync } from 'node:fs';

const LANGUAGES = ['en', 'de', 'fr', 'es'];
const [folder] = process.argv.slice(2);
const read = (language) =>
  JSON.parse(readFileSync(`${folder}/annotations/${language}/annotations.json`, 'utf8')).annotations.annotations;
const all = LANGUAGES.map(read);

/** As keyboards write it: CLDR leaves out the sign (U+FE0F) that asks for the coloured picture. */
function qualified(sign) {
  const signs = [...sign];
  const with_all = signs.map((one) => (/^\p{Emoji}$/u.test(one) && !/^\p{Emoji_Presentation}$/u.test(one) ? `${one}\uFE0F` : one));
  const candidates = [sign, with_all.join(''), [with_all[0], ...signs.slice(1)].join('')];
  return candidates.find((one) => /^\p{RGI_Emoji}$/v.test(one));
}

const clean = (text) => text.replace(/[|\t\n]/g, ' ').trim();
const lines = [];
for (const sign of Object.keys(all[0])) {
  const emoji = qualified(sign);
  // A tone of skin alone is no emoji that one writes.
  if (!emoji || /^\p{Emoji_Modifier}$/u.test(emoji)) continue;
  const words = all.map((language) => {
    const { default: keywords = [], tts = [''] } = language[sign] ?? {};
    return [tts[0], ...keywords.filter((word) => word !== tts[0])].map(clean).join('|');
  });
  lines.push([emoji, ...words].join('\t'));
}
writeFileSync('src/features/emoji/server/cldr/annotations.tsv', `${lines.join('\n')}\n`);
