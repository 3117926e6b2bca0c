import type { AnyNode } from 'acorn'
import { HOLE } from '../../types.ts'
import { lookUp } from './environment.ts'
import { hand } from './handing.ts'
import type { Frame, Interpreter, SourceFile } from './interpreter.ts'
import { addressPattern, addressText } from './wallet-addresses.ts'
import { goTo } from './markup.ts'
import { environmentApi } from './models/index.ts'
import { isPayment } from './models/payments.ts'
import { noteNodeOptions } from './node-options.ts'
import { noteRedirect } from './redirects.ts'
import { readableText, textsBehind } from './readable.ts'
import { noteCompiler } from './shipping.ts'
import type { Place } from './sites.ts'
import { anything, known, newCell, nothing, type Handle, type Value } from './values.ts'

/** Writing to what the outside world owns: globals, prototypes, the modules of Node. */

export function assignGlobal(
  machine: Interpreter,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  assignHandle(machine, machine.handle('global:'), name, value, frame, place)
}

export function assignHandle(
  machine: Interpreter,
  target: Handle,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
  unsure = false,
): void {
  const api = machine.memberName(target.api, name)
  let cell = machine.globals.get(api)
  if (cell === undefined) {
    if (machine.globals.size >= 5_000) return
    cell = newCell()
    machine.globals.set(api, cell)
  }
  machine.write(cell, value)
  if (target.api === 'global:Array.prototype' || target.api === 'global:String.prototype')
    machine.write(machine.global(methodsAdded), known(true))
  noteRedirect(machine, api, value, frame, place)
  if (api === 'global:location' || api === 'global:location.href') goTo(machine, value, frame, place)
  noteCompiler(machine, name, value, frame, place)
  if (target.api === environmentApi) return noteNodeOptions(machine, name, value, place)
  if (api.startsWith('pkg:axios.defaults.headers')) machine.write(machine.global(everyHeader), value)
  if (api === 'global:Error.prepareStackTrace') tellStack(machine, value, frame, place)
  if (isPatchTarget(api)) {
    const how =
      namesReceiver(machine, name, value, api, frame) || putsReceiver(machine, name, value, api, frame)
        ? 'assignment, receiver'
        : knowsPayments(machine, value, frame, place)
          ? 'assignment, payments'
          : isFickle(machine, api, value, frame)
            ? 'assignment, chance'
            : isBlunt(api, value)
              ? 'assignment, nothing'
              : 'assignment'
    const named = api.replace(/^global:/, '')
    machine.fact({ kind: 'patches', target: named, api: how, ...(unsure ? { unsure } : {}) }, frame, place)
  } else if (/\.on[a-z]+$/.test(api)) hand(machine, value, anything, frame, place)
}

/** Stands among the globals where the program adds methods to all lists or texts. */
export const methodsAdded = '%methods added'

/** What every request of axios carries. */
export const everyHeader = '%headers of axios'

/** Who says what a stack looks like, is asked for it by every error. */
function tellStack(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  const given = machine.call(value, nothing, { list: [anything, anything], rest: nothing }, frame, place)
  if (given.taints.length > 0) machine.write(machine.global('%stack'), given)
}

/** Requests to wallets, by the names of their methods, in what is put in the place of something else. */
const payments = /\beth_(?:send|sign)\w*|\b(?:sign|send)(?:Raw|All)?Transactions?\b|\bsignTypedData/

const nearby = 4_000

function knowsPayments(machine: Interpreter, value: Value, frame: Frame, place: Place): boolean {
  const { text } = place.file
  const codes = value.functions.flatMap(fn => textsBehind(machine, fn, frame))
  const near = [text.slice(Math.max(0, place.start - nearby), place.end + nearby), ...codes]
  if (near.some(code => addressPattern.test(code)) && near.some(code => addressText.test(code))) return true
  return [text.slice(place.start, place.end), ...codes].some(code => payments.test(code.slice(0, 20_000)))
}

/** What programs rely on to do the same every time: functions that were there before. */
const language: Readonly<Record<string, object>> = {
  'global:Array.prototype': Array.prototype,
  'global:String.prototype': String.prototype,
  'global:Object.prototype': Object.prototype,
  'global:Number.prototype': Number.prototype,
  'global:Promise.prototype': Promise.prototype,
  'global:Map.prototype': Map.prototype,
  'global:Set.prototype': Set.prototype,
  'global:Date.prototype': Date.prototype,
  'global:RegExp.prototype': RegExp.prototype,
  'global:Function.prototype': Function.prototype,
  'global:JSON': JSON,
  'global:Math': Math,
}

function isOfLanguage(api: string): boolean {
  const at = api.lastIndexOf('.')
  const owner = api.slice(0, at)
  return (
    Object.hasOwn(language, owner) &&
    Object.hasOwn(language[owner]!, api.slice(at + 1)) &&
    api !== 'global:Math.random'
  )
}

const chance =
  /\bMath\.random\(\)\s{0,9}[<>]|[<>]=?\s{0,9}Math\.random\(\)|new Date(?:\(\))?\)?\.get(?:UTC)?(?:Day|Hours|Date|Month)\(\)\s{0,9}[=!<>%]|\bDate\.now\(\)\s{0,9}[<>%]/

/** Where the names of a file are first declared: read once, as a file may replace thousands of functions. */
const declarations = new WeakMap<object, ReadonlyMap<string, number>>()

function declaredIn(file: object, text: string): ReadonlyMap<string, number> {
  const known = declarations.get(file)
  if (known !== undefined) return known
  const found = new Map<string, number>()
  for (const { 1: name = '', index } of text.matchAll(
    /\b(?:const|let|var|function)\s+([A-Za-z_$][\w$]{0,60})(?![\w$])/g,
  ))
    if (!found.has(name)) found.set(name, index)
  declarations.set(file, found)
  return found
}

/** A function of the language, replaced by one that answers otherwise by chance or by the calendar. */
function isFickle(machine: Interpreter, api: string, { functions }: Value, frame: Frame): boolean {
  if (!isOfLanguage(api)) return false
  return functions.some(fn => {
    const { file } = fn
    if (!('text' in file)) return false
    const text = String(file.text)
    const code = readableText(machine, fn, frame).slice(0, 4_000)
    if (chance.test(code)) return true
    const asked = [...code.matchAll(/(?<![\w.$])([A-Za-z_$][\w$]{0,60})\(\)/g)].slice(0, 8)
    return asked.some(([, name = '']) => {
      const [called] = lookUp(fn.environment, name).binding?.value.functions ?? []
      if (called !== undefined) return chance.test(readableText(machine, called, frame).slice(0, 300))
      const at = declaredIn(file, text).get(name)
      return at !== undefined && chance.test(text.slice(at, at + 300))
    })
  })
}

/** A function of the language, replaced by nothing, or by one that answers the same whatever it is asked. */
function isBlunt(api: string, { functions, known, open }: Value): boolean {
  if (api !== 'global:Math.random' && !isOfLanguage(api)) return false
  if (functions.length === 0) return !open && known.length === 1 && known[0] === null
  return functions.every(({ node }) => {
    const body = 'body' in node ? node.body : undefined
    if (body === undefined || body === null || Array.isArray(body)) return false
    if (body.type !== 'BlockStatement') return isFixed(body)
    const [only, more] = body.body
    if (only === undefined) return true
    return (
      more === undefined &&
      only.type === 'ReturnStatement' &&
      (only.argument == null || isFixed(only.argument))
    )
  })
}

function isFixed(node: AnyNode): boolean {
  return (
    node.type === 'Literal' ||
    (node.type === 'ArrayExpression' && node.elements.length === 0) ||
    (node.type === 'ObjectExpression' && node.properties.length === 0)
  )
}

/** Files are asked once: nodes of pages are written to everywhere. */
const holdsAddresses = new WeakMap<object, boolean>()

/** Text of a page written by code that knows the shape of addresses and has some of its own. */
export function exchangeShown(machine: Interpreter, place: Place, frame: Frame): void {
  const { text } = place.file
  let known = holdsAddresses.get(place.file)
  if (known === undefined) holdsAddresses.set(place.file, (known = addressText.test(text)))
  if (!known) return
  const near = text.slice(Math.max(0, place.start - nearby), place.end + nearby)
  if (!/\bMutationObserver\b|\bcreateTreeWalker\b|\bchildNodes\b|\bquerySelectorAll\b/.test(near)) return
  if (addressPattern.test(near) && addressText.test(near))
    machine.fact({ kind: 'patches', target: 'document.text', api: 'assignment, payments' }, frame, place)
}

const addressInCode = /(['"`])(?:0x\w{38,64}|(?=\w{0,90}\d)\w{32,90})\1/

/** A function of another package that pays, replaced by one whose file holds an address. */
function namesReceiver(
  machine: Interpreter,
  name: string,
  { functions }: Value,
  api: string,
  frame: Frame,
): boolean {
  if (!api.startsWith('pkg:')) return false
  const [first] = functions
  if (first === undefined) return false
  if (!isPayment(name) && !/^(?:request|send|sendAsync)$/.test(name)) return false
  const codes = functions.flatMap(fn => textsBehind(machine, fn, frame))
  if (!isPayment(name) && !codes.some(code => /\beth_send\w*|\bsendTransaction\b/.test(code))) return false
  // Where texts are decoded, what is not decoded yet looks like an address.
  const { constants, text } = first.file as SourceFile
  const whole = constants === undefined ? text.slice(0, 200_000) : ''
  return [...codes, whole].some(code => addressInCode.test(code))
}

/** What a wallet is asked for when a page pays. */
const askedToPay =
  /^(?:request|send|sendAsync|sign|sendTransaction|signTransaction|signAllTransactions|signAndSendTransaction)$/
const ownAddress =
  /(['"`])(?!0x0{40}\1|0x[eE]{40}\1)(?:0x[0-9a-fA-F]{40}|(?=[A-Za-z]{0,40}\d)[1-9A-HJ-NP-Za-km-z]{32,44}|T[1-9A-HJ-NP-Za-km-z]{33})\1/
const asksToPay = /\beth_(?:send|sign)\w*|\b(?:sign|send)\w{0,12}Transactions?\b/
/** A field of a transaction that is written anew: `tx.to = …`, `{ ...tx, to: … }`. */
const rewrites =
  /\.(?:to|data|input|value|recipient|destination|pubkey|toPubkey|lamports|amount|instructions)\s{0,9}=(?!=)|\.\.\.[^{}]{0,200}[{,\s](?:to|data|input|value|recipient|destination)\s{0,9}:/

/**
 * A function of the page's wallet, replaced by one that writes a transaction anew and knows an address to put there.
 * Wallets and their adapters hand on what they are asked; stand-ins for tests write nothing anew.
 */
function putsReceiver(
  machine: Interpreter,
  name: string,
  { functions }: Value,
  api: string,
  frame: Frame,
): boolean {
  if (functions.length === 0 || !askedToPay.test(name)) return false
  if (!api.startsWith('global:') || !wallets.has(api.slice('global:'.length).split('.', 1)[0] ?? ''))
    return false
  const codes = functions.flatMap(fn => textsBehind(machine, fn, frame))
  return (
    (asksToPay.test(name) || codes.some(code => asksToPay.test(code))) &&
    codes.some(code => rewrites.test(code)) &&
    codes.some(code => ownAddress.test(code))
  )
}

/** The same where a proxy stands before the wallet or its function: `new Proxy(ethereum, { get })`. */
export function hookedByProxy(
  machine: Interpreter,
  { handles }: Value,
  trap: Value,
  frame: Frame,
  place: Place,
): void {
  for (const { api } of handles) {
    if (!api.startsWith('global:')) continue
    const last = api.slice(api.lastIndexOf('.') + 1)
    const name = askedToPay.test(last) ? last : 'request'
    if (!putsReceiver(machine, name, trap, api, frame)) continue
    const target = api.replace(/^global:/, '')
    machine.fact({ kind: 'patches', target, api: 'proxy, receiver' }, frame, place)
  }
}

/** The same of an object that the caller gave: `web3.currentProvider.send = …`. */
export function replacedInUnknown(
  machine: Interpreter,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  noteCompiler(machine, name, value, frame, place)
  if (!namesReceiver(machine, name, value, 'pkg:', frame)) return
  machine.fact({ kind: 'patches', target: `the caller’s ${name}`, api: 'assignment, receiver' }, frame, place)
}

export function patched(
  machine: Interpreter,
  target: Handle,
  frame: Frame,
  place: Place,
  unsure = false,
): void {
  if (target.api === environmentApi || target.api === 'global:') return
  machine.fact(
    {
      kind: 'patches',
      target: `${target.api.replace(/^global:/, '')}.${HOLE}`,
      api: 'assignment',
      ...(unsure ? { unsure } : {}),
    },
    frame,
    place,
  )
}

const patchable = new Set([
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'eval',
  'Function',
  'require',
  'Promise',
  'JSON',
  'Math',
  'console',
  'localStorage',
  'document',
  'navigator',
  'setTimeout',
  'setInterval',
])
/** Wallets that pages find under a name of their own. */
const wallets = new Set([
  'ethereum',
  'solana',
  'phantom',
  'tronWeb',
  'tronLink',
  'unisat',
  'keplr',
  'okxwallet',
  'trustwallet',
  'bitkeep',
  'BinanceChain',
])
const prototypes = new Set([
  'Object',
  'Array',
  'String',
  'Number',
  'Function',
  'Promise',
  'XMLHttpRequest',
  'EventTarget',
  'Buffer',
  'Map',
  'Set',
  'RegExp',
  'Date',
  'HTMLElement',
  'Element',
  'Node',
  'WebSocket',
  'Storage',
  'Headers',
  'Request',
  'Response',
])

/** Whether writing there changes what other code gets: modules of Node, prototypes, well-known globals. */
function isPatchTarget(api: string): boolean {
  if (api.startsWith('node:')) return api.includes('.')
  if (api.startsWith('pkg:')) return api.includes('.') && !api.endsWith('()')
  if (!api.startsWith('global:')) return false
  const parts = api.slice(7).split('.')
  const first = parts[0] ?? ''
  if (parts.length === 1) return patchable.has(first) || first === 'ethereum'
  if (parts[1] === 'prototype') return prototypes.has(first)
  return (
    first === 'JSON' ||
    first === 'navigator' ||
    wallets.has(first) ||
    first === 'require' ||
    (first === 'process' && ['emit', 'binding', 'dlopen', 'exit'].includes(parts[1] ?? ''))
  )
}
