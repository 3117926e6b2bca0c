import { HOLE, type Text } from '../types.ts'

/** Constants that were made texts, and numbers: no file is called so. */
const noNames = /^(?:true|false|undefined|null|NaN|-?\d+)?$/

/** Whether a text can be the name of a member that somebody wrote. */
export function isName(text: string): boolean {
  return !noNames.test(text)
}

/** `text/html`: what a request says of its content. */
const mediaType = /^(?:application|audio|font|image|message|multipart|text|video)\/[\w.+-]+$/

/** … and where a path was put together of options of several kinds, a type may stand at its beginning. */
const commonType = /^(?:application\/(?:json|octet-stream)|text\/(?:html|plain))\//

/**
 * The texts among what a file function was given that can be paths; every other one becomes an unknown path. A value may
 * be several things, and a bare word among them (`pipe`, `inherit`) is a setting that took another branch. Only a word
 * that is the one possibility is believed to be a file's name.
 */
export function pathTexts(texts: readonly Text[]): readonly Text[] {
  const alone = new Set(texts).size === 1
  return texts.map(withoutPrinted).map(text => {
    const name = text.replace(/^(?:file:\/\/)?(?:<(?:package|project)>|\/__(?:package|project)__)\//, '')
    // What a stream editor is told is no path.
    if (/(?:^|[/\u0001])s([,|#]).{0,80}\1.{0,80}\1/.test(name)) return HOLE
    if (noNames.test(name) || (!alone && mediaType.test(name)) || commonType.test(name)) return HOLE
    if (/^(?:true|false|undefined|null)\//.test(text)) return text.replace(/^[a-z]+/, HOLE)
    const looks =
      name.includes(HOLE) ||
      (/[/\\.~*]/.test(name) && !/^[^/\\]*\s[^/\\]*$/.test(name)) ||
      /^[A-Z]{2,}$/.test(name)
    return looks || name !== text || (alone && !/\s/.test(name)) ? text : HOLE
  })
}

/** The root is a folder: what is read or loaded there has a name that is not known. */
export function readable(texts: readonly Text[]): readonly Text[] {
  return pathTexts(texts).map(text => (text === '/' ? HOLE : text))
}

/**
 * Commands without what cannot be a program: types of content, where options of several kinds were mixed. A list that is
 * asked for one by one names its program twice, and a script whose name is not known may be told as the root.
 */
export function commandTexts(texts: readonly Text[]): readonly Text[] {
  const possible = texts.filter(text => !isMixed(text) && !goesThroughFile(text))
  return (possible.length > 0 ? possible : texts).map(withoutPrinted).map(text => {
    const command = text.replace(/^(\S+) \1(?= |$)/, '$1').replace(/^(node) [/_](?= |$)/, `$1 ${HOLE}`)
    const [program = ''] = command.split(' ', 1)
    return mediaType.test(program) ? command.replace(program, HOLE) : command
  })
}

/** `…/cacert.pem/cmd/git`: settings of one table that were taken for each other. */
function goesThroughFile(text: Text): boolean {
  return /\.(?:pem|crt|key|json|txt|log|zip|gz|exe)\//.test(text)
}

/** `cmd -c` and `sh /c`: a shell and the option of another, which two branches chose apart. */
function isMixed(command: Text): boolean {
  return /^(?:\S*[/\\])?(?:cmd(?:\.exe)? -\w*c\b|(?:ba|da|z)?sh \/\w*c\b)/i.test(command)
}

/** What copying and printing put in the place of a value they cannot show: no name of a file or program. */
function withoutPrinted(text: Text): Text {
  return text.replace(
    /\[(?:Circular|Function|Getter|Object|object \w{1,20}|Symbol)[^\]]{0,40}\]\d{0,3}/g,
    HOLE,
  )
}
