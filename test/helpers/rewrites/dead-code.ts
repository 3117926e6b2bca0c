import { before } from './edits.ts'
import type { Edit } from './edits.ts'
import { editing } from './rewrite.ts'
import { children, textIn, walk } from './syntax.ts'

type Filler = (name: string) => string

const between = (fillers: readonly Filler[]) =>
  editing(code => {
    const edits: Edit[] = []
    let count = 0
    walk(code.tree, node => {
      if (node.type !== 'Program' && node.type !== 'BlockStatement') return
      for (const statement of children(node, 'body')) {
        if (textIn(statement, 'directive') !== undefined) continue
        edits.push(before(statement, fillers[count % fillers.length]!(`${code.fresh}d${count}`)))
        count++
      }
    })
    return edits
  })

const fillers: readonly Filler[] = [
  name => `function ${name}(a, b) { return a > b ? a - b : b * 2 } `,
  name => `const ${name} = [3, 1, 2].map(n => n * 7).filter(n => n > 9); `,
  () => `if (Math.abs(-1) < 0) { console.log('unreachable', Date.now()); } `,
  name =>
    `let ${name} = 'left'; switch (${name}) { case 'right': ${name} = 'up'; break; default: ${name} = 'down' } `,
  name => `class ${name} { size() { return 4 } } `,
  () => `for (let i = 0; i < 0; i++) { throw new Error('never'); } `,
]

/** Something harmless is decoded everywhere, so that every function is looked at by whoever unfolds texts. */
const decoders: readonly Filler[] = [
  name => `const ${name} = [111, 107].map(n => String.fromCharCode(n)).join(''); `,
  name => `let ${name} = ''; for (const c of [104, 105]) ${name} += String.fromCharCode(c ^ 1); `,
  name => `const ${name} = decodeURIComponent('%6f%6b').length; `,
]

/** Code that never runs or does nothing, between the statements of every block. */
export const deadCode = between(fillers)

/** Code that decodes texts nobody uses, between the statements of every block. */
export const decodedBeside = between(decoders)
