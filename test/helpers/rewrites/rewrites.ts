import { aliasGlobals, aliasMembers } from './alias.ts'
import { awaitToThen, callbackToPromise, thenToAwait } from './async.ts'
import {
  applyCall,
  bindCall,
  boxed,
  callCall,
  commaCall,
  identity,
  mapped,
  reflectCall,
  thunked,
  trampoline,
} from './calls.ts'
import { deadCode, decodedBeside } from './dead-code.ts'
import { computeMembers, globalsByText } from './members.ts'
import { minify } from './minify.ts'
import { toCommonjs, toModule } from './module-kind.ts'
import { moveBody, moveFunctions, moveTexts } from './move.ts'
import { renameLocals } from './rename.ts'
import { sequence } from './rewrite.ts'
import type { Rewrite } from './rewrite.ts'
import { spell, spellings } from './strings.ts'
import { iife, outline, timer, umd } from './wrap.ts'

const named = (spelling: keyof typeof spellings): Rewrite =>
  sequence(globalsByText, computeMembers, spell(spellings[spelling]))

/** Every rewrite by the name it has in tables. All of them keep what a package does. */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  'rename locals': renameLocals,
  'texts concatenated': spell(spellings.concatenate),
  'texts joined': spell(spellings.join),
  'texts as templates': spell(spellings.template),
  'texts escaped': spell(spellings.escape),
  'texts as char codes': spell(spellings.charCodes),
  'texts in base64': spell(spellings.base64),
  'texts by atob': spell(spellings.atob),
  'texts in hex': spell(spellings.hex),
  'texts percent-encoded': spell(spellings.percent),
  'texts reversed': spell(spellings.reverse),
  'texts xored': spell(spellings.xor),
  'texts in a table': spell(spellings.table),
  'members by text': computeMembers,
  'globals by text': globalsByText,
  'names concatenated': named('concatenate'),
  'names as char codes': named('charCodes'),
  'names in base64': named('base64'),
  'names reversed': named('reverse'),
  'names xored': named('xor'),
  'names in a table': named('table'),
  'alias globals': aliasGlobals,
  'alias members': aliasMembers,
  'comma call': commaCall,
  call: callCall,
  apply: applyCall,
  bind: bindCall,
  'Reflect.apply': reflectCall,
  trampoline,
  'identity function': identity,
  'boxed arguments': boxed,
  'arguments through a map': mapped,
  'arguments by function': thunked,
  'outline arguments': outline,
  'function around all': iife,
  'handed to the function around it': umd,
  'by timer': timer,
  'move into another file': moveBody,
  'move texts': moveTexts,
  'move functions': moveFunctions,
  'dead code': deadCode,
  'decoded texts beside': decodedBeside,
  'CommonJS to modules': toModule,
  'modules to CommonJS': toCommonjs,
  'await to then': awaitToThen,
  'then to await': thenToAwait,
  'callback to promise': callbackToPromise,
  minify,
}
