import { openArchive, putIntoArchive, takeArchive, tarOf, unpackArchive } from './archives.ts'
import { HOLE } from '../../types.ts'
import { answer, notePoured } from './answering.ts'
import { ask } from './asking.ts'
import {
  asyncStore,
  emitProcess,
  listenByField,
  onMessage,
  onProcess,
  openChannel,
  openShell,
  postMessage,
  subscribe,
} from './channels.ts'
import { fillBag, fillEntries, isShortTable } from './bags.ts'
import { makeBuffer, storeBytes } from './buffers.ts'
import { concatenate, foldGlobal, textsOf } from './constants.ts'
import {
  act,
  argument,
  flowInto,
  handResult,
  instance,
  noteFilled,
  noteWritten,
  sendTo,
  type ModelledCall,
} from './effects.ts'
import { defineAll, defineProperties } from './defining.ts'
import { isWhole, withoutWholes } from './entrusted.ts'
import { evaluateCode, runScript } from './evaluating.ts'
import { allArguments } from './modelled-call.ts'
import { callClient, makeClient } from './clients.ts'
import { coerced } from './coerced.ts'
import { emit, listen } from './emitters.ts'
import { findFiles } from './globbing.ts'
import { hand, giveTaints } from './handing.ts'
import { formAround } from './forms.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { fromJson } from './json-data.ts'
import { loadModule } from './loading.ts'
import { copyFields } from './copying.ts'
import { elementsOf, keysOf } from './elements.ts'
import { fieldOf, memberOf, namedMember, setMember } from './members.ts'
import { goTo } from './markup.ts'
import {
  makeElement,
  makePicture,
  postToFrame,
  setAttribute,
  setOnForm,
  setOnPicture,
  setOnScript,
  writeClipboard,
} from './page.ts'
import { pairOf, startPairs } from './pairs.ts'
import { printInPage } from './page-code.ts'
import { notePrinted } from './printing.ts'
import { rejected } from './promises.ts'
import { redirectAll } from './redirects.ts'
import { placeNode, type Place } from './sites.ts'
import { addHandler, headersOf, openServer, takeHandler } from './serving.ts'
import {
  collectStream,
  makeStream,
  onStream,
  pourInto,
  pushToStream,
  readFromStream,
  writeToStream,
} from './streams.ts'
import { listFolder, walkFolder } from './listing.ts'
import {
  askAgent,
  callGit,
  callShell,
  emptyStore,
  openFile,
  openRegistry,
  runStatement,
  setRegistry,
  startRepl,
} from './tools.ts'
import {
  anything,
  cellsOf,
  hop,
  join,
  joinTaints,
  known,
  knowns,
  nothing,
  ofHandle,
  ofObject,
  onlyCallable,
  opened,
  tainted,
  unsure,
  withTaints,
  changed,
  carrying,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'
import { formatted, formattedUrl, jsonText, memberAlong, regexFrom } from './texts.ts'
import { namesGiven } from './picked-variables.ts'
import { joinUrl, makeUrl } from './urls.ts'
import { noteDigest } from './digests.ts'
import { seenRequest } from './shown-requests.ts'
import { bytesOfWasm } from './webassembly.ts'
import { foundAbove, settingsOf, variableOf, variablesByPrefix } from './settings.ts'
import { openDatabase } from './strangers.ts'
import { seeRequests, useHook } from './client-hooks.ts'
import { registerHooks, spawnByBinding, startWorker } from './workers.ts'
import { makeWebStream } from './web-streams.ts'
import { finalizers, inCallbackStyle, inPromiseStyle, makeEvent, makeProxy } from './wrappers.ts'

/** A function of a global object, implemented here under the name its model gives. */
export function callBuiltIn(machine: Interpreter, name: string, call: ModelledCall): Value {
  const { frame, place, given } = call
  const first = argument(call, 0)
  const second = argument(call, 1)
  const all = given.rest === nothing ? given.list : [...given.list, given.rest]
  const deep = (value: Value): readonly Taint[] => machine.deepTaints(value, frame)
  const deepAll = (): readonly Taint[] =>
    all.reduce<readonly Taint[]>((taints, value) => joinTaints(taints, deep(value)), [])
  switch (name) {
    case 'require':
      return loadModule(machine, first, 'require', call.handle.api, frame, place, call.handle.file)
    case 'createRequire':
      return ofHandle(machine.handle('global:require', call.frame.file.path))
    case 'getBuiltin':
      return loadModule(machine, first, 'require', call.handle.api, frame, place)
    case 'Function':
      return makeFunctionFromText(machine, call)
    case 'Script': {
      const value = evaluateCode(machine, first, call, 'program')
      const script = instance(machine, 'vm-script', call, first)
      for (const { model } of script.objects) if (model !== undefined) machine.write(model.pending, value)
      return withTaints(script, value.taints)
    }
    case 'Script.run':
      return runScript(machine, first, call)
    // The programs that will run there call what is in it with values of their own, not with what else is in it.
    case 'createContext':
      hand(machine, first, anything, frame, place)
      return first.objects.length > 0 ? first : anything
    case 'timer': {
      if (
        first.functions.length === 0 &&
        // What a caller hands over, or a method bound to it, is a function: nobody passes text to a library for a timer.
        (first.known.some(text => typeof text === 'string') ||
          first.taints.some(({ source: { kind } }) => kind !== 'caller' && kind !== 'caller-secret'))
      ) {
        // Only timers of pages take a text; the others would throw.
        if (/^global:.*set(?:Timeout|Interval)$/.test(call.handle.api))
          evaluateCode(machine, changed(first, { handles: [] }), call, 'program')
      }
      const waits = /\.(?:setTimeout|setInterval)$|:(?:setTimeout|setInterval)$/.test(call.handle.api)
      // `timers/promises` give back what they are given.
      if (first.functions.length === 0 && first.handles.length === 0) return waits ? second : first
      // `setTimeout(...all)`: what may be a timer among them would be handed the same for ever.
      const rest = given.list.length === 0 ? tainted(given.rest.taints) : given.rest
      return machine.call(
        onlyCallable(first),
        nothing,
        { list: given.list.slice(waits ? 2 : 1), rest },
        frame,
        place,
      )
    }
    case 'fork':
    case 'Worker':
      return startWorker(machine, call)
    case 'module.register':
      return registerHooks(machine, call)
    case 'binding.spawn':
      return spawnByBinding(machine, call)
    case 'JSON.stringify':
    case 'encode': {
      const api = call.handle.api
      const folded = name === 'encode' ? foldOne(call, first) : undefined
      if (folded !== undefined) return folded
      const shown =
        name === 'JSON.stringify'
          ? joinTaints(shownAsJson(deep(first), second), deep(ownJson(machine, first, call)))
          : api.endsWith('format')
            ? deepAll()
            : deep(first)
      // Written out, a process has its environment in it.
      const isProcess = all.some(({ handles }) => handles.some(handle => handle.api === 'global:process'))
      const taints = isProcess ? joinTaints(shown, [machine.source('env', 'process.env', place)]) : shown
      const label = api.endsWith('btoa') ? 'base64' : name === 'JSON.stringify' ? 'as JSON' : 'encoded'
      if (name === 'JSON.stringify' && second.functions.length > 0) {
        const given = { list: [anything, first], rest: nothing }
        const replaced = machine.call(onlyCallable(second), nothing, given, frame, place)
        return tainted(hop(joinTaints(taints, deep(replaced)), label, place))
      }
      if (name === 'JSON.stringify') {
        const text = jsonText(machine, first, frame)
        if (text !== undefined)
          return withTaints(first.open ? opened(known(text)) : known(text), hop(taints, label, place))
      }
      if (api === 'node:util.format') return withTaints(formatted(given), hop(taints, label, place))
      if (name === 'encode' && first.known.length > 0 && api === 'global:String')
        return withTaints(concatenate(known(''), first), taints)
      return tainted(hop(taints, label, place))
    }
    case 'JSON.parse': {
      if (second.functions.length > 0 || second.handles.length > 0) {
        const given = { list: [anything, tainted(deep(first))], rest: nothing }
        const revived = machine.call(onlyCallable(second), nothing, given, frame, place)
        if (revived.taints.length > 0) return tainted(joinTaints(deep(first), deep(revived)))
      }
      const text = first.known[0]
      if (first.known.length === 1 && !first.open && typeof text === 'string' && !text.includes(HOLE)) {
        const value = fromJson(machine, text, frame, `json ${place.start}`)
        if (value !== undefined) return withTaints(value, first.taints)
      }
      return tainted(deep(first))
    }
    case 'decode': {
      const folded = foldOne(call, first)
      const label = call.handle.api.endsWith('atob') ? 'base64' : 'uri'
      const taints = hop(deep(first), label, place)
      if (folded === undefined) return tainted(taints)
      const own = label === 'base64' ? machine.decoded('base64', first, frame, place) : []
      return withTaints(carrying(folded, []), joinTaints(taints, own))
    }
    case 'compress':
      return handResult(machine, tainted(hop(deep(first), 'compressed', place)), call)
    case 'decompress': {
      const taints = ownOf(machine, deep(first), [first], call)
      return handResult(machine, tainted(hop(taints, 'inflated', place)), call)
    }
    case 'cipher': {
      if (!call.handle.api.includes('Decipher')) return opened(instance(machine, 'cipher', call))
      return instance(machine, 'decipher', call)
    }
    case 'cipher.update': {
      // Whoever has the key reads it: `final` gives the rest of what was put in.
      for (const { model } of call.self.objects)
        if (model !== undefined && first !== nothing)
          machine.write(model.pending, carrying(nothing, deep(first)))
      const put = call.self.objects.flatMap(({ model }) =>
        model === undefined ? [] : machine.read(model.pending, frame).taints,
      )
      return tainted(hop(joinTaints(deep(first), put), 'encrypted', place))
    }
    case 'decipher.update': {
      // A text of the package that only a key opens, wherever the key comes from.
      const own = isLongText(first) ? machine.decoded('deciphered', first, frame, place) : []
      return tainted(joinTaints(hop(deep(first), 'deciphered', place), own))
    }
    case 'Buffer':
      return makeBuffer(machine, call)
    case 'bytes.store':
      storeBytes(machine, call)
      return anything
    case 'fromCharCode': {
      const codes = given.list.map(value => value.known[0])
      const taints = joinTaints(deepAll(), bytesOfWasm(machine, given.list, frame.file.path, place))
      const exact =
        given.rest === nothing &&
        given.list.every(
          value => value.known.length === 1 && !value.open && typeof value.known[0] === 'number',
        )
      if (exact)
        return withTaints(
          known(String.fromCharCode(...(codes as number[]))),
          hop(taints, 'char-codes', place),
        )
      return tainted(hop(ownOf(machine, taints, given.list, call), 'char-codes', place))
    }
    case 'number': {
      const api = call.handle.api
      if (api.startsWith('global:Math.')) return foldMath(api.slice(12), given) ?? tainted(deepAll())
      return foldOne(call, first) ?? tainted(first.taints)
    }
    case 'symbol': {
      const name = first.known.find(text => typeof text === 'string')?.slice(0, 60) ?? ''
      // Keys that only this symbol is: two of the same name made at two places are different ones.
      const shared = call.handle.api.endsWith('.for')
      const key = shared ? `@@${name}` : `@@${name}@${place.file.path.replaceAll('.', '_')}:${place.start}`
      return withTaints(known(key), first.taints)
    }
    // Calls nothing of what it is asked about; printing and converting may.
    case 'test':
      return anything
    case 'print':
    case 'clean':
      if (name === 'print') {
        notePrinted(machine, call)
        printInPage(machine, call)
      }
      for (const value of all) hand(machine, value, anything, frame, place)
      return anything
    case 'identity': {
      const result = first
      if (call.handle.api === 'global:Array.from') {
        const items = elementsOf(machine, first, frame)
        if (second.functions.length > 0) {
          const mapped = machine.objectAt(frame, `from ${place.start}`, 'array')
          if (items.exact) {
            for (const [at, item] of items.list.entries())
              machine.writeField(
                mapped,
                String(at),
                machine.inline(second, [item, known(at)], frame, place, at),
              )
            mapped.length = items.list.length
          } else {
            mapped.length = undefined
            machine.writeRest(
              mapped,
              machine.call(second, nothing, { list: [items.any, anything], rest: nothing }, frame, place),
            )
          }
          return ofObject(mapped)
        }
        if (items.exact && first.objects.length === 0) {
          const copy = machine.objectAt(frame, `from ${place.start}`, 'array')
          for (const [at, item] of items.list.entries()) machine.writeField(copy, String(at), item)
          copy.length = items.list.length
          return ofObject(copy)
        }
        if (
          first.objects.length > 0 &&
          first.objects.every(one => one.kind !== 'array' && one.model === undefined)
        )
          return listOf(machine, undefined, items.any, `from ${place.start}`, frame)
        return result
      }
      if (call.handle.api === 'global:Array') {
        const array = machine.objectAt(frame, `array ${place.start}`, 'array')
        if (given.list.length > 1)
          for (const [at, item] of given.list.entries()) machine.writeField(array, String(at), item)
        array.length = given.list.length > 1 ? given.list.length : undefined
        return ofObject(array)
      }
      return result === nothing ? anything : result
    }
    case 'Object.keys': {
      const keys = keysOf(machine, first)
      machine.consumed(first, frame)
      const any = namesGiven(machine, first, keys.any, place)
      return listOf(machine, keys.exact ? keys.list : undefined, any, `keys ${place.start}`, frame)
    }
    case 'Object.values': {
      const at = (key: Value): Value => memberOf(machine, first, key, frame, placeNode(place))
      const keys = keysOf(machine, first)
      const any = memberOf(machine, first, withTaints(anything, keys.any.taints), frame, placeNode(place))
      const list = isShortTable(first, keys) ? keys.list.map(key => at(key)) : undefined
      return listOf(machine, list, any, `values ${place.start}`, frame)
    }
    case 'Object.entries': {
      if (call.handle.api.endsWith('fromEntries')) return tainted(deep(first))
      const at = (key: Value): Value => memberOf(machine, first, key, frame, placeNode(place))
      const keys = keysOf(machine, first)
      const any = memberOf(machine, first, withTaints(anything, keys.any.taints), frame, placeNode(place))
      const list = isShortTable(first, keys)
        ? keys.list.map(key => pairOf(machine, key, at(key), frame, place, ` ${String(key.known[0])}`))
        : undefined
      const some = pairOf(machine, keys.any, any, frame, place)
      return listOf(
        machine,
        list,
        list === undefined ? some : join(any, some),
        `entries ${place.start}`,
        frame,
      )
    }
    case 'Object.assign': {
      let target = first
      if (target.objects.length === 0 && target.functions.length === 0) {
        const made = ofObject(machine.objectAt(frame, `assign ${place.start}`, 'object'))
        target = join(target, made)
      }
      let carried: readonly Taint[] = []
      for (const from of all.slice(1)) {
        for (const into of target.objects) copyFields(machine, from, into, frame, place)
        for (const fn of target.functions) copyFields(machine, from, fn.properties, frame, place)
        if (from.open) carried = joinTaints(carried, withoutWholes(from.taints))
      }
      return withTaints(target, carried)
    }
    case 'exportStar':
      // Re-exports of compiled TypeScript: nothing in the module is called.
      return callBuiltIn(machine, 'Object.assign', {
        ...call,
        given: { list: [second, first], rest: nothing },
      })
    case 'Object.create': {
      const object = machine.objectAt(frame, `create ${place.start}`, 'object')
      object.parents = first
      defineAll(machine, ofObject(object), second, call)
      return ofObject(object)
    }
    case 'Object.defineProperty': {
      defineProperties(machine, call)
      return first
    }
    case 'inherit': {
      for (const object of first.objects)
        object.parents = object.parents === undefined ? second : join(object.parents, second)
      for (const fn of first.functions) {
        fn.parents = second
        const prototype = namedMember(machine, second, 'prototype', frame, place)
        for (const own of fn.properties.fields.get('prototype')?.value.objects ?? []) own.parents = prototype
      }
      return first
    }
    case 'getPrototypeOf': {
      // The way to the constructors of asynchronous functions, which have no name of their own. A function that was
      // passed in is asked for its fields, not for that.
      const written = place.file.text.slice(place.start, place.start + 160)
      const isWritten =
        frame.functionContext === undefined || /(?:[(,:]|=>)\s*\(?\s*(?:async\b|function\s*\*)/.test(written)
      const isWay = first.functions.some(({ node }) => node.async || node.generator)
      return isWay && isWritten && first.functions.length === 1 && first.objects.length === 0
        ? ofHandle(machine.handle('global:Function.prototype'))
        : carryUnknown(machine, call)
    }
    case 'Object.getOwnPropertyDescriptor': {
      const descriptor = machine.objectAt(frame, `descriptor ${place.start}`, 'object')
      machine.writeField(descriptor, 'value', memberOf(machine, first, second, frame, placeNode(place)))
      return ofObject(descriptor)
    }
    case 'Promise': {
      const cell = machine.cellAt(frame, `promise ${place.start}`)
      const resolve = machine.nativeFunction(frame, `resolve ${place.start}`, passed => {
        machine.write(cell, passed.list[0] ?? passed.rest)
        return anything
      })
      // Only handlers of rejections get the reason apart; `await` throws it where the value would be.
      const reject = machine.nativeFunction(frame, `reject ${place.start}`, (passed, at) => {
        const reason = passed.list[0] ?? passed.rest
        machine.write(cell, join(reason, rejected(at, machine, reason, String(place.start))))
        return anything
      })
      machine.call(onlyCallable(first), nothing, { list: [resolve, reject], rest: nothing }, frame, place)
      return machine.read(cell, frame)
    }
    case 'withResolvers': {
      const made = machine.objectAt(frame, `resolvers ${place.start}`, 'object')
      const settleWith = machine.nativeFunction(frame, `settle ${place.start}`, passed => {
        machine.writeField(made, 'promise', passed.list[0] ?? passed.rest)
        return anything
      })
      machine.writeField(made, 'resolve', settleWith)
      machine.writeField(made, 'reject', settleWith)
      return ofObject(made)
    }
    case 'stream':
      return makeStream(machine, call)
    case 'readline': {
      const asking = instance(machine, 'asking', call)
      const lines = deep(namedMember(machine, first, 'input', frame, place))
      return withTaints(changed(asking, { open: lines.length > 0 }), lines)
    }
    case 'Reflect.apply': {
      const items = elementsOf(machine, argument(call, 2), frame)
      return machine.call(
        first,
        second,
        items.exact ? { list: items.list, rest: nothing } : { list: [], rest: items.any },
        frame,
        place,
      )
    }
    case 'Reflect.construct': {
      if (isUnknownGlobal(first, place)) machine.computedCall('global:', frame, place)
      const items = elementsOf(machine, second, frame)
      return machine.construct(
        first,
        items.exact ? { list: items.list, rest: nothing } : { list: [], rest: items.any },
        frame,
        placeNode(place),
      )
    }
    case 'Reflect.get':
      return memberOf(machine, first, second, frame, placeNode(place))
    case 'Reflect.set':
      setMember(machine, first, second, argument(call, 2), frame, placeNode(place))
      return anything
    case 'Proxy':
      return makeProxy(machine, call, first, second)
    case 'RegExp':
      return withTaints(regexFrom(first, second), joinTaints(first.taints, second.taints))
    case 'member by path':
      return memberAlong(machine, given.list, call)
    case 'collection':
    case 'bag': {
      const bag = machine.objectAt(frame, `bag ${place.start}`, 'map')
      bag.length = undefined
      if (all.length === 0 && call.handle.api === 'global:Map') startPairs(machine, bag, frame, place)
      for (const value of all)
        if (!fillEntries(machine, bag, value, call)) fillBag(machine, bag, value, frame)
      if (all.length > 0 && call.handle.api === 'global:FormData')
        machine.writeRest(bag, tainted([formAround(machine, frame, place)]))
      return ofObject(bag)
    }
    case 'URL':
      return makeUrl(machine, call)
    case 'url.resolve': {
      const [base, path] = [argument(call, 0), argument(call, 1)]
      const texts = textsOf(path).flatMap(text =>
        /^[a-z][a-z0-9+.-]{0,15}:\/\//i.test(text)
          ? [text]
          : textsOf(base).map(start => joinUrl(start, text)),
      )
      return withTaints(knowns([...new Set(texts)].slice(0, 6)), joinTaints(base.taints, path.taints))
    }
    case 'url.format': {
      const taints = deepAll()
      const parts = first.objects.flatMap(one =>
        one.model?.name === 'url' ? textsOf(one.model.texts.value) : [],
      )
      const found = parts.length > 0 ? knowns(parts) : first.known.length > 0 ? first : undefined
      return withTaints(found ?? formattedUrl(machine, first, call), taints)
    }
    case 'Request': {
      const request = machine.objectAt(frame, `request ${place.start}`, 'object')
      machine.writeField(request, 'url', changed(first, { handles: [] }))
      // A request is made of another one, with the headers of that.
      if (first.handles.some(({ api }) => api === seenRequest))
        machine.writeField(request, 'headers', namedMember(machine, first, 'headers', frame, place))
      copyFields(machine, second, request, frame, place)
      return ofObject(request)
    }
    case 'pipeline': {
      let taints: readonly Taint[] = []
      for (const [at, value] of all.entries()) {
        if (taints.length > 0) passToStage(machine, value, at === all.length - 1, taints, call)
        pour(machine, taints, value, frame, place)
        taints = enciphered(value, joinTaints(taints, deep(changed(value, { functions: [] }))), place)
      }
      return handResult(machine, anything, {
        ...call,
        given: { list: all.filter(value => value.functions.length > 0), rest: nothing },
      })
    }
    case 'clipboard.write':
      return writeClipboard(machine, call)
    case 'script.set':
      return setOnScript(machine, call)
    case 'form.set':
      return setOnForm(machine, call)
    case 'picture':
      return makePicture(machine, call)
    case 'picture.set':
      return setOnPicture(machine, call)
    case 'page.goTo':
      return goTo(machine, first, frame, place)
    case 'frame.post':
      return postToFrame(machine, call)
    case 'element.setAttribute':
      return setAttribute(machine, call)
    case 'createElement':
      return makeElement(machine, call)
    case 'Promise.reject':
      return rejected(frame, machine, first, String(place.start))
    case 'promisify':
      return inPromiseStyle(machine, call, first)
    case 'callbackify':
      return inCallbackStyle(machine, call, first)
    case 'event':
      return makeEvent(machine, call)
    case 'web-stream':
      return makeWebStream(machine, call)
    case 'finalizers':
      return finalizers(machine, call)
    case 'store.make':
    case 'store.run':
    case 'store.exit':
    case 'store.enter':
    case 'store.get':
    case 'store.snapshot':
    case 'store.scope':
      return asyncStore(machine, name, call)
    case 'channel.topic':
    case 'channel.broadcast':
    case 'channel.pair':
      return openChannel(machine, name.slice(8), call)
    case 'channel.post':
      return postMessage(machine, call)
    case 'channel.on':
      return onMessage(machine, call)
    case 'channel.onmessage':
      return listenByField(machine, call)
    case 'channel.subscribe':
      return subscribe(machine, call)
    case 'process.on':
      return onProcess(machine, call)
    case 'process.kill': {
      // Signal 0 asks whether a process is there; other signals than this one can be handled.
      const asks = second.known.length === 1 && second.known[0] === 0
      const is = (api: string): boolean => first.handles.some(handle => handle.api === api)
      if (!asks && is('global:process.ppid'))
        machine.fact({ kind: 'stops', api: 'process.kill', what: 'parent-process' }, frame, place)
      else if (is('global:process.pid') && second.known.some(one => one === 'SIGKILL' || one === 9))
        machine.fact({ kind: 'stops', api: 'process.kill', what: 'own-process' }, frame, place)
      return anything
    }
    case 'process.exit':
      // Programs end themselves all the time; on a day or in a country of their choice they do not.
      if (frame.guards.some(({ kind }) => kind === 'time' || kind === 'locale'))
        machine.fact({ kind: 'stops', api: 'process.exit', what: 'own-process' }, frame, place)
      return anything
    case 'process.emit':
      return emitProcess(machine, call)
    case 'stream.write':
      return writeToStream(machine, call)
    case 'variable':
      return variableOf(machine, call)
    case 'found above':
      return foundAbove(machine, call)
    case 'settings':
      return settingsOf(machine, call)
    case 'variables by prefix':
      return variablesByPrefix(machine, call)
    case 'database':
      return openDatabase(machine, call)
    case 'socket.channel':
      return openShell(machine, call)
    case 'axios.use':
    case 'axios.hear':
      return useHook(machine, name, call)
    case 'axios.see':
      return seeRequests(machine, call)
    case 'safe-equal':
      noteDigest(machine, all, placeNode(place), frame)
      return handResult(machine, anything, call)
    case 'stream.collect':
      return collectStream(machine, call)
    case 'stream.push':
      return pushToStream(machine, call)
    case 'stream.read':
      return readFromStream(machine, call)
    case 'stream.on':
      return onStream(machine, call)
    case 'emitter.on':
      return listen(machine, call)
    case 'emitter.emit':
      return emit(machine, call)
    case 'ask':
      return ask(machine, call)
    case 'session.request': {
      // A stream of its own: what is written to it goes where the session leads.
      const texts = call.self.objects.map(({ model }) => model?.texts.value ?? nothing).reduce(join, nothing)
      for (const one of call.self.objects)
        if (one.model !== undefined) {
          sendTo(machine, one.model, deep(first), nothing, call, 'header')
          sendTo(machine, one.model, deep(bodyOf(machine, first, call)), nothing, call)
        }
      const net = machine.source('network', textsOf(texts)[0] ?? HOLE, place)
      const made = instance(machine, 'request', call, texts)
      for (const one of made.objects) giveTaints(machine, one, [net])
      return withTaints(made, [net])
    }
    case 'xhr.open':
    case 'socket.connect':
    case 'datagram.send':
      return openInstance(machine, name, call)
    case 'server':
    case 'application':
      return openServer(machine, call)
    case 'headers':
      return headersOf(machine, call)
    case 'handler':
      return takeHandler(machine, call)
    case 'Response':
      answer(machine, deepAll(), 'Response', frame, place)
      return tainted(deepAll())
    case 'server.on':
      return addHandler(machine, call)
    case 'addon': {
      const own = deepAll().filter(({ source }) => source.kind === 'package-bytes')
      flowInto(machine, own, { kind: 'command', role: 'native', destinations: [] }, call)
      return machine.call(anything, call.self, given, frame, place)
    }
    case 'inspector.post': {
      // `session.post('Runtime.evaluate', { expression })`, as a debugger does.
      const expression = namedMember(machine, second, 'expression', frame, place)
      const runs = first.known.some(text => text === 'Runtime.evaluate' || text === 'Runtime.compileScript')
      return runs ? evaluateCode(machine, expression, call, 'program') : carryUnknown(machine, call)
    }
    case 'request.into':
      return requestInto(machine, call)
    case 'dispatcher':
      redirectAll(machine, call.handle.api.slice('pkg:'.length), first, frame, place)
      return anything
    case 'client':
      return makeClient(machine, call)
    case 'client.call':
      return callClient(machine, call)
    case 'template': {
      // Templates of these engines are code; the package's own and its caller's are what they are for.
      const fetched = deep(first).filter(({ source }) => source.kind === 'network')
      flowInto(machine, fetched, { kind: 'evaluate', role: 'code', destinations: [] }, call)
      return carryUnknown(machine, call)
    }
    case 'archive.put':
      return putIntoArchive(machine, call)
    case 'archive.tar':
      return tarOf(machine, call)
    case 'archive.open':
      return openArchive(machine, call)
    case 'archive.unpack':
      return unpackArchive(machine, call)
    case 'archive.take':
      return takeArchive(machine, call)
    case 'glob':
      return findFiles(machine, call)
    case 'fs.read':
      // The buffer that is filled holds it from then on.
      for (const buffer of second.objects) machine.writeRest(buffer, tainted(first.taints))
      return handResult(machine, tainted(first.taints), call)
    case 'fs.open':
      return openFile(machine, call)
    case 'fs.list':
      return listFolder(machine, call)
    case 'walk':
      return walkFolder(machine, call)
    case 'agent':
      return askAgent(machine, call)
    case 'fs.empty':
      for (const { model } of [...first.objects, ...call.self.objects])
        if (model?.name === 'write-stream') noteWritten(machine, model, known(''), call)
      return handResult(machine, anything, call)
    case 'git':
      return callGit(machine, call)
    case 'registry':
      return openRegistry(machine, call)
    case 'registry.set':
      return setRegistry(machine, call)
    case 'repl':
      return startRepl(machine, call)
    case 'shelljs':
      return callShell(machine, call)
    case 'store.empty':
      return emptyStore(machine, call)
    case 'statement':
      return runStatement(machine, call)
    case 'fs.write': {
      for (const object of first.objects) {
        if (object.model?.name === 'write-stream') noteFilled(machine, object.model, second, call)
        if (object.model !== undefined) sendTo(machine, object.model, deep(second), second, call, 'content')
      }
      return anything
    }
    default:
      return tainted(deepAll())
  }
}

function isLongText(value: Value): boolean {
  return value.known.some(
    one =>
      (typeof one === 'string' || one instanceof Uint8Array) &&
      one.length >= 16 &&
      !String(one).includes(HOLE),
  )
}

/** As a function nobody has seen: it may call what it is given, and gives back what that carries. */
function carryUnknown(machine: Interpreter, call: ModelledCall): Value {
  return handResult(machine, tainted(machine.allTaints(allArguments(call), call.frame)), call)
}

/** What objects say of themselves when they are written as JSON, a few levels down. */
function ownJson(machine: Interpreter, value: Value, { frame, place }: ModelledCall): Value {
  let result = nothing
  let layer = value.objects
  for (let depth = 0; depth < 3 && layer.length > 0; depth++) {
    const next: ObjectValue[] = []
    for (const object of layer) {
      machine.step()
      const own = object.kind === 'instance' && object.model === undefined
      const toJson = own
        ? fieldOf(machine, object, 'toJSON', frame, place)
        : object.fields.get('toJSON')?.value
      for (const fn of toJson?.functions ?? [])
        result = join(
          result,
          machine.callFunction(fn, ofObject(object), { list: [], rest: nothing }, frame, place),
        )
      for (const cell of cellsOf(object)) if (next.length < 40) next.push(...cell.value.objects)
    }
    layer = next
  }
  return result
}

function foldOne(call: ModelledCall, value: Value): Value | undefined {
  if (value.known.length !== 1 || value.open || value.objects.length > 0) return undefined
  const name = call.handle.api.slice(call.handle.api.lastIndexOf(':') + 1).replace(/^.*\./, '')
  const folded = foldGlobal(name, value.known[0], call.given.list[1]?.known[0])
  return folded === undefined ? undefined : withTaints(known(folded), value.taints)
}

const mathFunctions: Readonly<Record<string, (...values: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  max: Math.max,
  min: Math.min,
  abs: Math.abs,
  pow: Math.pow,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  sign: Math.sign,
  log2: Math.log2,
  imul: Math.imul,
}

function foldMath(name: string, given: Arguments): Value | undefined {
  const compute = Object.hasOwn(mathFunctions, name) ? mathFunctions[name] : undefined
  const numbers = given.list.map(value => value.known[0])
  const exact = given.rest === nothing && given.list.every(value => value.known.length === 1 && !value.open)
  if (compute === undefined || !exact || !numbers.every(number => typeof number === 'number'))
    return undefined
  return known(compute(...numbers))
}

function listOf(
  machine: Interpreter,
  exact: readonly Value[] | undefined,
  any: Value,
  key: string,
  frame: Frame,
): Value {
  const array = machine.objectAt(frame, key, 'array')
  if (exact !== undefined) {
    for (const [at, value] of exact.entries()) machine.writeField(array, String(at), value)
    array.length = exact.length
  } else {
    array.length = undefined
    machine.writeRest(array, any)
  }
  return withTaints(ofObject(array), any.taints)
}

export function makeFunctionFromText(machine: Interpreter, call: ModelledCall): Value {
  const { given } = call
  if (given.list.length === 0 && given.rest === nothing) return anything
  const last = given.list.at(-1) ?? given.rest
  const body = join(last, coerced(machine, last, call.frame, call.place))
  const parameters = given.list.slice(0, -1).map(value => textsOf(value)[0] ?? '')
  const constant = body.known.length > 0 && !body.open
  if (constant) {
    const text = body.known.find(part => typeof part === 'string')
    if (text !== undefined && /^\s*return\s*\(?\s*this\s*\)?\s*;?\s*$/.test(text)) {
      const root = ofHandle(machine.handle('global:'))
      return machine.nativeFunction(call.frame, `global ${call.place.start}`, () => root)
    }
    if (text !== undefined && !text.includes(HOLE) && !parameters.join().includes(HOLE)) {
      return evaluateCode(
        machine,
        changed(body, { known: [`(function anonymous(${parameters.join()}) {${text}\n})`] }),
        call,
        'function',
      )
    }
  }
  return evaluateCode(machine, body, call, 'function')
}

/** What is decoded and came from nowhere else lies in the text of the package, in pieces that were not put together. */
function ownOf(
  machine: Interpreter,
  taints: readonly Taint[],
  given: readonly Value[],
  { frame, place }: ModelledCall,
): readonly Taint[] {
  if (taints.length > 0 || machine.level > 1 || !given.some(value => value.open)) return taints
  return unsure([machine.source('package-bytes', frame.file.path, place)])
}

/** The content of a request that is described by one object, as clients of `undici` take it. */
function bodyOf(machine: Interpreter, options: Value, { frame, place }: ModelledCall): Value {
  const objects = options.objects.filter(object => object.fields.has('body'))
  return objects.length === 0
    ? nothing
    : namedMember(machine, changed(nothing, { objects }), 'body', frame, place)
}

function openInstance(machine: Interpreter, name: string, call: ModelledCall): Value {
  const { frame, place, given, self } = call
  const destinations: string[] = []
  let payload: Value = nothing
  if (name === 'xhr.open') destinations.push(...textsOf(argument(call, 1)))
  else if (name === 'socket.connect') {
    const [first, second] = given.list
    if (first !== undefined && first.objects.length > 0) {
      destinations.push(
        ...textsOf(namedMember(machine, first, 'host', frame, place)).map(
          host => `${host}:${textsOf(namedMember(machine, first, 'port', frame, place))[0] ?? ''}`,
        ),
      )
      // Hosts that were found: a list of machines to sign in to.
      const found = machine.deepTaints(namedMember(machine, first, 'host', frame, place), frame)
      for (const { model } of self.objects)
        if (model !== undefined)
          sendTo(
            machine,
            model,
            found.filter(({ source }) => source.kind === 'credential-file'),
            nothing,
            call,
            'dest',
          )
    } else
      destinations.push(
        `${second === undefined || second.functions.length > 0 ? 'localhost' : (textsOf(second)[0] ?? HOLE)}:${textsOf(first ?? nothing)[0] ?? ''}`,
      )
  } else {
    payload = argument(call, 0)
    const host = given.list.findLast(
      value => value.known.some(text => typeof text === 'string') || value.taints.length > 0,
    )
    if (host !== undefined && host !== given.list[0]) destinations.push(...textsOf(host))
  }
  const texts = destinations.map(known).reduce(join, nothing)
  machine.fact({ kind: 'contacts', api: call.handle.api, destinations }, frame, place)
  const net = machine.source('network', destinations[0] ?? HOLE, place)
  for (const object of self.objects) {
    if (object.model === undefined) continue
    machine.write(object.model.texts, texts)
    for (const field of ['responseText', 'response', 'responseXML'])
      machine.writeField(object, field, tainted([net]))
    giveTaints(machine, object, [net])
    if (payload !== nothing) sendTo(machine, object.model, machine.deepTaints(payload, frame), payload, call)
  }
  if (name === 'xhr.open') {
    for (const object of self.objects) {
      const inUrl = machine.deepTaints(argument(call, 1), frame)
      if (object.model !== undefined && destinations.some(text => text.includes('://')))
        sendTo(machine, object.model, inUrl, nothing, call, 'dest')
    }
  }
  handResult(machine, tainted([net]), call)
  return withTaints(self, [net])
}

/** `Reflect.construct(globalThis[name], …)` where the name is not known. */
function isUnknownGlobal(callee: Value, { file, start, end }: Place): boolean {
  if (callee.functions.length > 0 || callee.handles.length > 0) return false
  return /\b(?:globalThis|global|window|self)\s{0,9}\[/.test(
    file.text.slice(start, Math.min(end, start + 120)),
  )
}

/** `stream(url, options, ({ opaque }) => writable)` of undici: the answer goes into what the function gives. */
function requestInto(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, given } = call
  const list = given.list.map(value => changed(value, { functions: [] }))
  const answer = act(
    machine,
    { act: 'contact', dest: 0, options: [0, 1], gives: 'response' },
    { ...call, given: { list, rest: given.rest } },
  )
  const answered = machine.objectAt(frame, `answered ${place.start}`, 'object')
  machine.writeField(answered, 'opaque', namedMember(machine, argument(call, 1), 'opaque', frame, place))
  for (const part of ['body', 'headers']) machine.writeField(answered, part, answer)
  const factory = onlyCallable(given.list.find(value => value.functions.length > 0) ?? nothing)
  const into = machine.call(factory, nothing, { list: [ofObject(answered)], rest: nothing }, frame, place)
  pour(machine, answer.taints, into, frame, place)
  return answer
}

/** What comes out of a cipher that was poured into. */
export function enciphered(stream: Value, taints: readonly Taint[], place: Place): readonly Taint[] {
  return stream.objects.some(({ model }) => model?.name === 'cipher')
    ? hop(taints, 'encrypted', place)
    : taints
}

/** `pipeline(source, async function (source) { for await (const chunk of source) … })`. The last may be called when it is done. */
function passToStage(
  machine: Interpreter,
  { functions }: Value,
  isLast: boolean,
  taints: readonly Taint[],
  { frame, place }: ModelledCall,
): void {
  const stages = functions.filter(({ node }) => !isLast || node.async || node.generator)
  machine.callFunctions(stages, nothing, { list: [tainted(taints)], rest: nothing }, frame, place)
}

/** What comes out of one stream, into another or whatever else it was piped to. */
export function pour(
  machine: Interpreter,
  taints: readonly Taint[],
  target: Value,
  frame: Frame,
  place: Place,
): void {
  const call = { handle: machine.handle('pipe'), frame, place }
  notePoured(machine, taints, target, frame, place)
  for (const one of target.objects) {
    if (one.model !== undefined)
      sendTo(machine, one.model, taints, tainted(taints), { ...call, handle: machine.handle(one.model.api) })
    pourInto(machine, one, tainted(taints), frame, place)
  }
}

/** A list of names picks them; what a function leaves out is not known. */
function shownAsJson(taints: readonly Taint[], { objects, functions }: Value): readonly Taint[] {
  if (objects.some(({ kind }) => kind === 'array')) return withoutWholes(taints)
  return functions.length === 0 ? taints : taints.map(taint => (isWhole(taint) ? unsure([taint])[0]! : taint))
}
