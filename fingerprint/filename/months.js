// Writes the words for months in the dates of download names: `node months.js > months.txt`.
// A browser writes a date by its own locale data, which Node shares (ICU).
const locales = `
  af am ar ar-AE ar-DZ ar-EG ar-IQ ar-MA ar-SA as ast az az-Cyrl be bg bn bn-IN br bs ca ce ceb ckb cs cv cy da
  de de-AT de-CH de-LU dsb el en-AU en-CA en-GB en-HK en-IE en-IN en-NZ en-SG en-US en-ZA eo es es-419 es-AR
  es-CL es-CO es-MX es-PE et eu fa fa-AF ff fi fil fo fr fr-BE fr-CA fr-CH fur fy ga gd gl gu gv ha he he-IL hi
  hi-Latn hr hsb hu hy id ig is it it-CH ja jv ka ki kk km kn ko ku kw ky lb lg ln lo lt lv mk ml mn mr ms my nb
  ne nl nl-BE nn om or pa pl ps pt-AO pt-BR pt-PT rm rn ro ru rw sc sd si sk sl sn so sq sr sr-Latn su sv sv-FI
  sw ta te tg th th-TH ti tk tr tt uk ur ur-IN uz uz-Cyrl vi wo yo yue yue-Hans zh-CN zh-HK zh-SG zh-TW zu`.trim().split(/\s+/)
const options = {year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit'}
const words = new Map() // word: set of months
for (const locale of locales) {
  const format = new Intl.DateTimeFormat(locale, {...options, calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC'})
  for (let month = 1; month <= 12; month++) {
    const part = format.formatToParts(new Date(Date.UTC(2025, month - 1, 2))).find(p => p.type === 'month').value
    const word = part.normalize('NFC').toLowerCase().replace(/[^\p{L}\p{M}]/gu, '')
    if (word === '' || /\d/.test(part)) continue
    if (!words.has(word)) words.set(word, new Set())
    words.get(word).add(month)
  }
}
console.log(`# Month words in download names, with their months. Made by months.js with Node ${process.versions.node}, CLDR ${process.versions.cldr}.`)
for (const word of [...words.keys()].sort()) console.log(word, [...words.get(word)].sort((a, b) => a - b).join(' '))
