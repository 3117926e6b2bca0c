import { escapeEnd, stringValue } from './escapes.ts'
import { Words } from './words.ts'

/** Kinds of tokens. A template is cut at its substitutions, whose tokens stand between the pieces. */
export const word = 1
export const privateName = 2
export const number = 3
export const string = 4
export const template = 5
export const regex = 6
export const punctuator = 7
/** Set beside the kind where a line ends before the token. */
export const afterNewline = 16

/** Values of punctuators that are not their first character. */
export const arrow = 1
export const increment = 2
export const spread = 3
export const optionalDot = 4
export const comparison = 5
export const addAssign = 6
export const otherAssign = 7
export const logical = 8
/** The colon of a label or a case: a statement follows. */
export const statementColon = 9
/** `[` of a computed member, and its end. */
export const openMember = 10
export const closeMember = 11

/** What a bracket encloses. From `functionDeclaration` to `method` it is the body of a function. */
export const block = 1
export const object = 2
export const classDeclaration = 3
export const classExpression = 4
export const functionDeclaration = 5
export const functionExpression = 6
export const arrowBody = 7
export const method = 8
export const substitution = 9
const group = 10
/** After `if`, `while`, `for`, `with`: a statement follows, so that `/` begins a regular expression. */
const head = 11
const declarationParameters = 12
const expressionParameters = 13
/** After `switch`, `catch`: a block follows. */
const blockHead = 14
const list = 15
const member = 16

/** Strings up to this length are numbered like words; longer ones are looked at by their place. */
export const maxShortString = 48

const traitBeforeRegex = 1
const traitHead = 2
const traitBlockHead = 4
const traitFunction = 8
const traitClass = 16
const traitCase = 32
const traitBeforeBlock = 64
const traitUnsure = 128

const traits: ReadonlyMap<string, number> = new Map([
  ...[
    'return',
    'typeof',
    'instanceof',
    'in',
    'new',
    'delete',
    'void',
    'throw',
    'extends',
    'import',
    'export',
  ].map(name => [name, traitBeforeRegex] as const),
  ...['const', 'let', 'var', 'with'].map(name => [name, 0] as const),
  ['case', traitBeforeRegex | traitCase],
  ['default', traitBeforeRegex | traitCase],
  ['do', traitBeforeRegex | traitBeforeBlock],
  ['else', traitBeforeRegex | traitBeforeBlock],
  ['try', traitBeforeBlock],
  ['finally', traitBeforeBlock],
  ['if', traitHead],
  ['while', traitHead],
  ['for', traitHead],
  ['with', traitHead],
  ['switch', traitBlockHead],
  ['catch', traitBlockHead | traitBeforeBlock],
  ['function', traitFunction],
  ['class', traitClass],
  // Names or operators, as the place decides: what follows a `/` behind them is not decided here.
  ['yield', traitUnsure],
  ['await', traitUnsure],
  ['of', traitUnsure],
])
const traitStatic = 256
const traitNoOperand = traitBeforeRegex

const space = 1
const newline = 2
const name = 3
const digit = 4
const quote = 5
const other = 6
const types = new Uint8Array(128)
for (const [type, characters] of [
  [space, ' \t\v\f'],
  [newline, '\n\r'],
  [name, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$'],
  [digit, '0123456789'],
  [quote, '\'"'],
  [other, '!%&()*+,-./:;<=>?@[]^`{|}~#\\'],
] as const) {
  for (const character of characters) types[character.charCodeAt(0)] = type
}

/**
 * The tokens of one text in the order they stand, as ECMAScript has them, without a tree. Whether `/` divides or
 * begins a regular expression, and what a `}` ends, is told from the kinds of the enclosing brackets. `exact` is false
 * as soon as one place could be read in two ways, is no JavaScript, or is JSX: then nothing here may be relied on. One
 * pass, no recursion, linear in the length; never throws.
 */
export class Tokens {
  readonly text: string
  readonly words: Words
  exact = true
  /** Why it is not exact. */
  why = ''
  count = 0
  kinds: Uint8Array
  /** Word and short string: its number. Long string: -1. Punctuator: its character or one of the values above. */
  values: Int32Array
  starts: Int32Array
  ends: Int32Array
  /** Bodies of functions: the offset of `{`, the offset behind `}`, and the function around it or -1. */
  readonly functionStarts: number[] = []
  readonly functionEnds: number[] = []
  readonly functionParents: number[] = []
  readonly functionKinds: number[] = []
  /** Tokens of computed members: those of the opening and of the closing bracket. */
  readonly members: number[] = []
  /** Escapes of the forms `\x41` and `\u0041` in strings and templates. */
  escapes = 0
  /** Where each marked token stands: its number, the kind of the bracket around it, the function around it or -1. */
  readonly marked: number[] = []
  readonly markedIn: number[] = []
  readonly markedFunction: number[] = []

  readonly #isMarked: (text: string) => boolean
  #wordTraits: Int16Array
  /** Whether what stands before ends an expression: then `/` divides. */
  #operand = false
  readonly #kinds: number[] = []
  readonly #openers: number[] = []
  readonly #ternaries: number[] = []
  readonly #cases: number[] = []
  readonly #functions: number[] = []
  /** Depth and kind of each `class` whose body has not begun. */
  readonly #classes: number[] = []
  #function = -1
  #lastParen = 0

  constructor(text: string, isMarked: (text: string) => boolean) {
    this.text = text
    this.words = new Words(text)
    this.#isMarked = isMarked
    const size = Math.max(64, text.length >> 2)
    this.kinds = new Uint8Array(size)
    this.values = new Int32Array(size)
    this.starts = new Int32Array(size)
    this.ends = new Int32Array(size)
    this.#wordTraits = new Int16Array(1024)
    this.#wordTraits.fill(-1)
    this.#read()
    if (this.#kinds.length > 0) this.#inexact('a bracket is not closed')
  }

  /** Whether a token is this punctuator; there is none before the first and after the last. */
  isPunctuator(token: number, value: number): boolean {
    return (
      token >= 0 &&
      token < this.count &&
      ((this.kinds[token] as number) & 15) === punctuator &&
      this.values[token] === value
    )
  }

  #inexact(why: string): void {
    if (!this.exact) return
    this.exact = false
    this.why = why
  }

  #push(kind: number, value: number, start: number, end: number): void {
    const at = this.count++
    if (at >= this.kinds.length) this.#grow()
    this.kinds[at] = kind
    this.values[at] = value
    this.starts[at] = start
    this.ends[at] = end
  }

  #grow(): void {
    const size = this.kinds.length * 2
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
    const wider = (from: Int32Array): Int32Array => {
      const to = new Int32Array(size)
      to.set(from)
      return to
    }
    this.values = wider(this.values)
    this.starts = wider(this.starts)
    this.ends = wider(this.ends)
  }

  #read(): void {
    const { text } = this
    const { length } = text
    let at = 0
    if (text.startsWith('\uFEFF')) at = 1
    if (text.startsWith('#!', at)) at = lineEnd(text, at)
    let line = afterNewline
    while (at < length) {
      const unit = text.charCodeAt(at)
      const type = unit < 128 ? (types[unit] as number) : name
      if (type === space) {
        at++
        continue
      }
      if (type === newline) {
        at++
        line = afterNewline
        continue
      }
      if (type === name) {
        if (unit >= 128 && isBlank(unit)) {
          at++
          if (unit === 0x2028 || unit === 0x2029) line = afterNewline
          continue
        }
        at = this.#word(at, line)
      } else if (type === quote) at = this.#string(at, unit, line)
      else if (type === digit) at = this.#number(at, line)
      else if (unit === 47) {
        const next = text.charCodeAt(at + 1)
        if (next === 47) {
          at = lineEnd(text, at)
          continue
        }
        if (next === 42) {
          const end = text.indexOf('*/', at + 2)
          if (end < 0) {
            this.#inexact('a comment is not closed')
            at = length
          } else {
            // A comment with a line break counts as one.
            if (line === 0 && hasNewline(text, at, end)) line = afterNewline
            at = end + 2
          }
          continue
        }
        at = this.#slash(at, next, line)
      } else if (unit === 96) at = this.#template(at, line)
      else if (type === other) at = this.#punctuator(at, unit, line)
      else {
        this.#inexact('a character that is no JavaScript')
        at++
      }
      line = 0
    }
  }

  #word(start: number, line: number): number {
    const { text } = this
    let at = start
    let hash = 0
    let unit = text.charCodeAt(at)
    for (;;) {
      hash = (Math.imul(hash, 31) + unit) | 0
      at++
      unit = text.charCodeAt(at)
      if (unit < 128) {
        const type = types[unit] as number
        if (type !== name && type !== digit) break
      } else if (!(unit >= 128) || isBlank(unit)) break
    }
    // The same name can be written with escapes; who does that hides something or tests a parser.
    if (unit === 92) this.#inexact('an escape in a name')
    const id = this.words.intern(start, at, hash)
    const trait = this.#trait(id)
    if (trait & 512) this.#mark()
    const before = this.count - 1
    const dotted =
      before >= 0 &&
      ((this.kinds[before] as number) & 15) === punctuator &&
      (this.values[before] === 46 || this.values[before] === optionalDot)
    this.#push(word | line, id, start, at)
    const operand = this.#operand
    this.#operand = dotted || (trait & traitNoOperand) === 0
    if (!dotted) {
      if (trait & traitCase) this.#caseSeen()
      else if (trait & traitClass) this.#classSeen(before, line, operand)
    }
    return at
  }

  #trait(id: number): number {
    if (id >= this.#wordTraits.length) {
      const wider = new Int16Array(Math.max(this.#wordTraits.length * 2, id + 1))
      wider.fill(-1)
      wider.set(this.#wordTraits)
      this.#wordTraits = wider
    }
    const known = this.#wordTraits[id] as number
    if (known >= 0) return known
    const text = this.words.text(id)
    const trait =
      (traits.get(text) ?? 0) | (text === 'static' ? traitStatic : 0) | (this.#isMarked(text) ? 512 : 0)
    this.#wordTraits[id] = trait
    return trait
  }

  #mark(): void {
    this.marked.push(this.count)
    this.markedIn.push(this.#kinds.at(-1) ?? 0)
    this.markedFunction.push(this.#function)
  }

  #caseSeen(): void {
    const top = this.#cases.length - 1
    if (top >= 0) this.#cases[top] = (this.#cases[top] as number) + 1
  }

  #classSeen(before: number, line: number, operand: boolean): void {
    const around = this.#kinds.at(-1)
    // A field or key that is called class.
    if (around === classDeclaration || around === classExpression) {
      const value = before < 0 ? 0 : (this.values[before] as number)
      const kind = before < 0 ? 0 : (this.kinds[before] as number) & 15
      if (operand || (kind === punctuator && (value === 123 || value === 59 || value === 125))) return
    }
    const kind = this.#startsStatement(before, line) ? classDeclaration : classExpression
    this.#classes.push(this.#kinds.length, kind)
  }

  /** Whether a token behind `before` begins a statement. `await` and `async` before a function count with it. */
  #startsStatement(before: number, line: number, behindAsync = false): boolean {
    if (before < 0) return true
    const kind = (this.kinds[before] as number) & 15
    const value = this.values[before] as number
    const around = this.#kinds.at(-1) ?? block
    const inStatements =
      around === block || (around >= functionDeclaration && around <= method) || around === 0
    if (!inStatements) return false
    if (kind === punctuator)
      return value === 59 || value === 123 || value === 125 || value === statementColon || value === 41
    if (kind === word) {
      const text = this.words.text(value)
      if (text === 'else' || text === 'do' || text === 'export' || text === 'default') return true
      // One is all that stands before a function.
      if (text === 'async' && !behindAsync)
        return this.#startsStatement(before - 1, (this.kinds[before] as number) & afterNewline, true)
    }
    return line !== 0 && ((this.#trait(value) & traitNoOperand) === 0 || kind !== word)
  }

  #number(start: number, line: number): number {
    const { text } = this
    let at = start + 1
    let points = text.charCodeAt(start) === 46 ? 1 : 0
    for (;;) {
      const unit = text.charCodeAt(at)
      // A second point is a member: reading on would read the rest once more for each.
      if (unit === 46 && ++points > 1) break
      if (unit < 128 && (types[unit] === digit || types[unit] === name || unit === 46)) {
        at++
        continue
      }
      // The sign of an exponent, which a hexadecimal number does not have.
      const last = text.charCodeAt(at - 1) | 32
      if ((unit === 43 || unit === 45) && last === 101 && (text.charCodeAt(start + 1) | 32) !== 120) at++
      else break
    }
    // `1..toString`, `1.0.toFixed`: the second dot is a member.
    let dots = 0
    for (let i = start; i < at; i++) {
      const unit = text.charCodeAt(i)
      if (unit === 46 && ++dots === 2) at = i
      else if (dots === 1 && types[unit] === name && !isExponent(text, start, i)) {
        // `1.toString` is no JavaScript, `1.e5` and `1.5n` neither; what stands there is a name in no reading.
        if (text.charCodeAt(i - 1) === 46) at = i - 1
        else this.#inexact('a number that is none')
        break
      }
    }
    this.#push(number | line, 0, start, at)
    this.#operand = true
    return at
  }

  #string(start: number, ending: number, line: number): number {
    const { text } = this
    const { length } = text
    let at = start + 1
    let hash = 0
    let escaped = false
    for (; at < length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === ending) break
      hash = (Math.imul(hash, 31) + unit) | 0
      if (unit === 92) {
        escaped = true
        const next = text.charCodeAt(at + 1)
        if (next === 120 || next === 117) this.escapes++
        at = escapeEnd(text, at) - 1
      } else if (unit === 10 || unit === 13) {
        this.#inexact('a string is not closed')
        break
      }
    }
    if (at >= length) this.#inexact('a string is not closed')
    let id = -1
    if (escaped) {
      // Octal and hexadecimal escapes take at most 6 characters for one.
      if (at - start < maxShortString * 6) id = this.words.internText(stringValue(text, start + 1, at))
    } else if (at - start - 1 <= maxShortString) id = this.words.intern(start + 1, at, hash)
    if (id >= 0 && this.#trait(id) & 512) this.#mark()
    this.#push(string | line, id, start, Math.min(at + 1, length))
    this.#operand = true
    return at + 1
  }

  #template(start: number, line: number): number {
    const { text } = this
    const { length } = text
    let at = start + 1
    for (; at < length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === 96) break
      if (unit === 92) {
        const next = text.charCodeAt(at + 1)
        if (next === 120 || next === 117) this.escapes++
        at++
      } else if (unit === 36 && text.charCodeAt(at + 1) === 123) {
        this.#pushTemplate(line, start, at + 2)
        this.#open(substitution)
        this.#operand = false
        return at + 2
      }
    }
    if (at >= length) this.#inexact('a template is not closed')
    this.#pushTemplate(line, start, Math.min(at + 1, length))
    this.#operand = true
    return at + 1
  }

  #pushTemplate(line: number, start: number, end: number): void {
    const { text } = this
    const to = text.charCodeAt(end - 1) === 96 ? end - 1 : end - 2
    let id = -1
    if (to - start - 1 <= maxShortString && to > start) {
      id = this.words.internText(stringValue(text, start + 1, to))
      if (this.#trait(id) & 512) this.#mark()
    }
    this.#push(template | line, id, start, end)
  }

  #slash(start: number, next: number, line: number): number {
    if (this.count > 0) {
      const last = this.count - 1
      const kind = (this.kinds[last] as number) & 15
      const value = this.values[last] as number
      if (kind === punctuator && value === 125) this.#inexact('a slash behind a brace')
      else if (kind === punctuator && value === increment && (line !== 0 || !this.#operand))
        this.#inexact('a slash behind ++ or --')
      else if (kind === word && this.#trait(value) & traitUnsure && !this.#isDotted(last))
        this.#inexact(`a slash behind ${this.words.text(value)}`)
    }
    if (!this.#operand) return this.#regex(start, line)
    const assign = next === 61
    this.#push(punctuator | line, assign ? otherAssign : 47, start, start + (assign ? 2 : 1))
    this.#operand = false
    return start + (assign ? 2 : 1)
  }

  #isDotted(token: number): boolean {
    return (
      token > 0 && ((this.kinds[token - 1] as number) & 15) === punctuator && this.values[token - 1] === 46
    )
  }

  #regex(start: number, line: number): number {
    const { text } = this
    const { length } = text
    let at = start + 1
    let inClass = false
    for (; at < length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === 92) {
        at++
        if (isLineEnd(text.charCodeAt(at))) break
      } else if (isLineEnd(unit)) break
      else if (unit === 91) inClass = true
      else if (unit === 93) inClass = false
      else if (unit === 47 && !inClass) break
    }
    if (text.charCodeAt(at) !== 47) {
      this.#inexact('a regular expression is not closed')
      this.#push(regex | line, -1, start, Math.min(at, length))
      this.#operand = true
      return at
    }
    at++
    while (at < length && text.charCodeAt(at) < 128 && types[text.charCodeAt(at)] === name) at++
    this.#push(regex | line, -1, start, at)
    this.#operand = true
    return at
  }

  #open(kind: number): void {
    this.#kinds.push(kind)
    this.#openers.push(this.count - 1)
    this.#ternaries.push(0)
    this.#cases.push(0)
    this.#functions.push(this.#function)
    if (kind >= functionDeclaration && kind <= method) {
      this.functionStarts.push(this.starts[this.count - 1] as number)
      this.functionEnds.push(-1)
      this.functionParents.push(this.#function)
      this.functionKinds.push(kind)
      this.#function = this.functionStarts.length - 1
    }
  }

  /** Leaves the innermost bracket; its kind, or 0 where there is none. */
  #close(end: number): number {
    const kind = this.#kinds.pop()
    if (kind === undefined) {
      this.#inexact('a bracket is not opened')
      return 0
    }
    this.#openers.pop()
    this.#ternaries.pop()
    this.#cases.pop()
    if (kind >= functionDeclaration && kind <= method) this.functionEnds[this.#function] = end
    this.#function = this.#functions.pop() as number
    while (this.#classes.length > 0 && (this.#classes.at(-2) as number) > this.#kinds.length)
      this.#classes.length -= 2
    return kind
  }

  #punctuator(start: number, unit: number, line: number): number {
    switch (unit) {
      case 123:
        return this.#brace(start, line)
      case 125:
        return this.#closeBrace(start, line)
      case 40:
        return this.#paren(start, line)
      case 41:
        return this.#closeParen(start, line)
      case 91: {
        const opens = this.#operand || this.#endsWith(optionalDot)
        this.#push(punctuator | line, opens ? openMember : 91, start, start + 1)
        this.#open(opens ? member : list)
        this.#operand = false
        return start + 1
      }
      case 93: {
        const opener = this.#openers.at(-1) ?? 0
        const kind = this.#close(start + 1)
        if (kind !== list && kind !== member) this.#inexact('brackets do not match')
        if (kind === member) this.members.push(opener, this.count)
        this.#push(punctuator | line, kind === member ? closeMember : 93, start, start + 1)
        this.#operand = true
        return start + 1
      }
      default:
        return this.#operator(start, unit, line)
    }
  }

  #endsWith(value: number): boolean {
    const last = this.count - 1
    return last >= 0 && ((this.kinds[last] as number) & 15) === punctuator && this.values[last] === value
  }

  #operator(start: number, unit: number, line: number): number {
    const { text } = this
    const next = text.charCodeAt(start + 1)
    let value = unit
    let size = 1
    switch (unit) {
      case 35: // #
        return this.#privateName(start, line)
      case 46: // .
        if (next >= 48 && next <= 57) return this.#number(start, line)
        if (next === 46 && text.charCodeAt(start + 2) === 46) {
          value = spread
          size = 3
        }
        break
      case 63: // ?
        if (next === 46 && !(text.charCodeAt(start + 2) >= 48 && text.charCodeAt(start + 2) <= 57)) {
          value = optionalDot
          size = 2
        } else if (next === 63) {
          size = text.charCodeAt(start + 2) === 61 ? 3 : 2
          value = size === 3 ? otherAssign : logical
        } else this.#addTernary(1)
        break
      case 58:
        value = this.#colon()
        break
      case 43:
      case 45:
        if (unit === 45 && text.startsWith('->', start + 1)) this.#inexact('an HTML comment')
        if (next === unit) {
          this.#push(punctuator | line, increment, start, start + 2)
          // Behind an operand on the same line it is a suffix, and what follows is an operator.
          this.#operand = this.#operand && line === 0
          return start + 2
        }
        if (next === 61) {
          value = unit === 43 ? addAssign : otherAssign
          size = 2
        }
        break
      case 60: // <
        if (text.startsWith('!--', start + 1)) this.#inexact('an HTML comment')
        else if (!this.#operand) this.#inexact('JSX or a type')
        size = repeated(text, start, unit)
        if (text.charCodeAt(start + size - 1) === 61 && size > 2) value = otherAssign
        break
      case 42: // *
      case 62: // >
        size = repeated(text, start, unit)
        if (text.charCodeAt(start + size - 1) === 61 && (size > 2 || unit === 42)) value = otherAssign
        break
      case 61:
        if (next === 62) {
          value = arrow
          size = 2
        } else if (next === 61) {
          value = comparison
          size = text.charCodeAt(start + 2) === 61 ? 3 : 2
        }
        break
      case 33:
        if (next === 61) {
          value = comparison
          size = text.charCodeAt(start + 2) === 61 ? 3 : 2
        }
        break
      case 38:
      case 124:
        if (next === unit) {
          size = text.charCodeAt(start + 2) === 61 ? 3 : 2
          value = size === 3 ? otherAssign : logical
        } else if (next === 61) {
          value = otherAssign
          size = 2
        }
        break
      case 59:
        this.#endStatement()
        break
      case 64: // decorators
        this.#inexact('a decorator')
        break
      case 92:
        this.#inexact('an escape in a name')
        break
      default:
        if (next === 61 && unit !== 44 && unit !== 126) {
          value = otherAssign
          size = 2
        }
    }
    this.#push(punctuator | line, value, start, start + size)
    this.#operand = false
    return start + size
  }

  #privateName(start: number, line: number): number {
    const { text } = this
    let at = start + 1
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit < 128 ? types[unit] !== name && types[unit] !== digit : isBlank(unit)) break
    }
    if (text.charCodeAt(at) === 92) this.#inexact('an escape in a name')
    this.#push(privateName | line, -1, start, at)
    this.#operand = true
    return at
  }

  #addTernary(count: number): void {
    const top = this.#ternaries.length - 1
    if (top >= 0) this.#ternaries[top] = Math.max(0, (this.#ternaries[top] as number) + count)
    else this.#topTernaries = Math.max(0, this.#topTernaries + count)
  }
  #topTernaries = 0

  #colon(): number {
    const around = this.#kinds.at(-1) ?? 0
    const ternaries = this.#ternaries.at(-1) ?? this.#topTernaries
    // `class: 1` and `x ? class {} : y` differ in what stands before.
    const last = this.count - 1
    if (
      last >= 0 &&
      ((this.kinds[last] as number) & 15) === word &&
      this.#trait(this.values[last] as number) & traitClass
    )
      this.#classes.length = Math.max(0, this.#classes.length - 2)
    if (ternaries > 0) {
      this.#addTernary(-1)
      return 58
    }
    const top = this.#cases.length - 1
    if (top >= 0 && (this.#cases[top] as number) > 0 && around !== object) {
      this.#cases[top] = (this.#cases[top] as number) - 1
      return statementColon
    }
    return around === block || around === 0 || (around >= functionDeclaration && around <= method)
      ? statementColon
      : 58
  }

  #endStatement(): void {
    const top = this.#ternaries.length - 1
    if (top < 0) {
      this.#topTernaries = 0
      return
    }
    const around = this.#kinds[top] as number
    if (around >= group) return
    this.#ternaries[top] = 0
    this.#cases[top] = 0
  }

  #paren(start: number, line: number): number {
    let kind = group
    const before = this.count - 1
    if (before >= 0) {
      const lastKind = (this.kinds[before] as number) & 15
      const lastValue = this.values[before] as number
      if (lastKind === word && !this.#isMember(before)) {
        const trait = this.#trait(lastValue)
        if (trait & traitHead) kind = head
        else if (trait & traitBlockHead) kind = blockHead
        else if (trait & traitFunction) kind = this.#parametersOf(before)
        else if (trait & traitClass) this.#classes.length = Math.max(0, this.#classes.length - 2)
        else if (trait & traitUnsure && this.#isTrait(before - 1, traitHead)) kind = head
        else if (this.#isTrait(before - 1, traitFunction)) kind = this.#parametersOf(before - 1)
        else if (this.#isStar(before - 1) && this.#isTrait(before - 2, traitFunction))
          kind = this.#parametersOf(before - 2)
      } else if (lastKind === punctuator && lastValue === 42 && this.#isTrait(before - 1, traitFunction))
        kind = this.#parametersOf(before - 1)
    }
    this.#push(punctuator | line, 40, start, start + 1)
    this.#open(kind)
    this.#operand = false
    return start + 1
  }

  #isMember(token: number): boolean {
    if (token < 1 || ((this.kinds[token - 1] as number) & 15) !== punctuator) return false
    const value = this.values[token - 1]
    return value === 46 || value === optionalDot
  }

  #isStar(token: number): boolean {
    return token >= 0 && ((this.kinds[token] as number) & 15) === punctuator && this.values[token] === 42
  }

  #isTrait(token: number, trait: number): boolean {
    return (
      token >= 0 &&
      ((this.kinds[token] as number) & 15) === word &&
      (this.#trait(this.values[token] as number) & trait) !== 0 &&
      !this.#isMember(token)
    )
  }

  #parametersOf(token: number): number {
    return this.#startsStatement(token - 1, (this.kinds[token] as number) & afterNewline)
      ? declarationParameters
      : expressionParameters
  }

  #closeParen(start: number, line: number): number {
    const kind = this.#close(start + 1)
    if (kind < group || kind > blockHead) this.#inexact('brackets do not match')
    this.#push(punctuator | line, 41, start, start + 1)
    this.#lastParen = kind
    this.#operand = kind !== head
    return start + 1
  }

  #brace(start: number, line: number): number {
    const kind = this.#braceKind(line)
    this.#push(punctuator | line, 123, start, start + 1)
    this.#open(kind)
    this.#operand = false
    return start + 1
  }

  #braceKind(line: number): number {
    const before = this.count - 1
    if (before < 0) return block
    const around = this.#kinds.at(-1) ?? 0
    const inMembers = around === object || around === classDeclaration || around === classExpression
    const kind = (this.kinds[before] as number) & 15
    const value = this.values[before] as number
    const parameters = kind === punctuator && value === 41 ? this.#lastParen : 0
    if (parameters === declarationParameters) return functionDeclaration
    if (parameters === expressionParameters) return functionExpression
    if (kind === punctuator && value === arrow) return arrowBody
    const pending = this.#classes.length > 0 && this.#classes.at(-2) === this.#kinds.length
    const trait = kind === word && !this.#isMember(before) ? this.#trait(value) : 0
    if (pending && this.#operand) {
      const result = this.#classes.at(-1) as number
      this.#classes.length -= 2
      return result
    }
    if (pending && trait & traitClass) {
      const result = this.#classes.at(-1) as number
      this.#classes.length -= 2
      return result
    }
    if (parameters > 0) {
      if (inMembers) return method
      if (parameters === group && line === 0) this.#inexact('a brace behind a call')
      return block
    }
    if (kind === word && !this.#isMember(before)) {
      if (trait & traitStatic && inMembers) return method
      if (trait & traitBeforeBlock) return block
      if (trait & (traitBeforeRegex | traitHead | traitUnsure))
        return line !== 0 && trait & traitBeforeRegex && !this.#isTrait(before, traitCase) ? block : object
      if (this.#isBinding(value)) return object
      if (line === 0) this.#inexact('a brace behind a name')
      return block
    }
    if (kind === punctuator) {
      if (value === statementColon || value === 59 || value === 123)
        return around >= group || inMembers ? object : block
      if (value === 125) return around >= group || inMembers ? object : block
      if (value === 93 || value === closeMember || value === increment) return block
      return object
    }
    return block
  }

  /** `const {`, `let {`, `var {`; `assert {` and `async {` stand for what Babel reads. */
  #isBinding(id: number): boolean {
    const text = this.words.text(id)
    return text === 'const' || text === 'let' || text === 'var' || text === 'assert'
  }

  #closeBrace(start: number, line: number): number {
    const kind = this.#close(start + 1)
    if (kind === substitution) {
      // The rest of the template is a token of its own.
      return this.#template(start, line)
    }
    if (kind >= group) this.#inexact('brackets do not match')
    this.#push(punctuator | line, 125, start, start + 1)
    this.#operand = kind === object || kind === functionExpression || kind === classExpression
    return start + 1
  }
}

/** The length of `**`, `<<`, `>>`, `>>>`, each also with `=`. */
function repeated(text: string, start: number, unit: number): number {
  const most = unit === 62 ? 3 : 2
  let size = 1
  while (size < most && text.charCodeAt(start + size) === unit) size++
  return text.charCodeAt(start + size) === 61 ? size + 1 : size
}

function lineEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++
  return at
}

function hasNewline(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isLineEnd(text.charCodeAt(at))) return true
  return false
}

function isLineEnd(unit: number): boolean {
  return unit === 10 || unit === 13 || unit === 0x2028 || unit === 0x2029
}

/** White space beyond ASCII; everything else there is taken for a part of a name. */
function isBlank(unit: number): boolean {
  return (
    unit === 0xa0 ||
    unit === 0xfeff ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  )
}

function isExponent(text: string, start: number, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit === 95) return true
  if ((unit | 32) !== 101) return false
  for (let i = start; i < at; i++) if ((text.charCodeAt(i) | 32) === 101) return false
  return true
}
