import { foldersInWords } from '../../rules/finding.ts'
import { HOLE, type Text } from '../types.ts'
import { grouped } from './layout.ts'

/** Characters of one alternative; two short ones fit a line. */
const maxChars = 48
const shortChars = 32

/**
 * The texts a reader can use: parts the engine could not know are holes (so are `undefined` and `null`, where a value
 * was missing when texts were put together), and what is nothing but holes is left out. The best known come first.
 */
export function tellable(texts: readonly Text[]): readonly Text[] {
  const shown = new Set(
    texts.map(text =>
      foldersInWords(text)
        .replaceAll(/(?<![a-z0-9-])(?:undefined|null)(?![a-z0-9-])/gi, HOLE)
        // Nobody knows what is above a folder that is not known.
        .replaceAll(/\u0001(?:\/(?:\.\.|\u0001))+/g, HOLE)
        // `a/b/../c` is `a/c`.
        .replaceAll(/(?<=\/)(?!\.\.\/)[^/\s\u0001]{1,100}\/\.\.\//g, '')
        .trim(),
    ),
  )
  // A command is also told as the shell would see it: without its unknown parts, and seen from the package's folder.
  const emptied = new Set([...shown].filter(text => text.includes(HOLE)).map(bare))
  const rooted = new Set([...shown].filter(text => text.includes('<package>/')).map(bare))
  const isTwice = (text: Text): boolean =>
    (!text.includes(HOLE) && emptied.has(bare(text))) ||
    (text.includes('./') && rooted.has(bare(text.replaceAll(ownFolder, '<package>/'))))
  return [...shown]
    .filter(text => isKnown(text) && !isTwice(text))
    .toSorted(
      (a, b) =>
        holes(a) - holes(b) ||
        Number(b.startsWith('<package>')) - Number(a.startsWith('<package>')) ||
        (a.includes(HOLE) ? b.length - a.length : a.length - b.length),
    )
}

const ownFolder = /(?<=^|\s)\.\//g

function bare(text: Text): string {
  return text.replaceAll(HOLE, '').replaceAll(/\s+/g, ' ').trim()
}

/** Something a reader can look for: a letter, the home folder, everything, or the root itself. A digit is no file. */
function isKnown(text: Text): boolean {
  return text === '/' || /[a-z~*]|\d\d/i.test(text.replaceAll('<project>', '').replaceAll(HOLE, ' '))
}

function holes(text: Text): number {
  return text.split(HOLE).length - 1
}

/** `a or b`, `a or 3 others`; `unknown` where there is nothing to tell. */
export function alternatives(texts: readonly string[], unknown: string): string {
  const known = tellable(texts)
  const [first = '', second = ''] = known
  if (first === '') return unknown
  if (known.length === 1)
    return unknown === '' || texts.every(isKnown) ? middle(first) : `${middle(first)} or ${unknown}`
  if (known.length === 2 && first.length + second.length <= 2 * shortChars)
    return `${middle(first)} or ${middle(second)}`
  return `${middle(first)} or ${grouped(known.length - 1)} ${known.length === 2 ? 'other' : 'others'}`
}

/** Beginning and end of a long text: the end of a path or of a command line is what tells it from its neighbours. */
export function middle(text: string): string {
  if (text.length <= maxChars) return text
  const half = Math.floor(maxChars / 2)
  return `${text.slice(0, half)}…${text.slice(1 - half)}`
}
