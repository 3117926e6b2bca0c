import { halt } from './budget.ts'
import { clampIndex, joinArray, toInteger, toText, truthy } from './coerce.ts'
import { decoderBits } from './decoders.ts'
import type { Machine, Method, Methods } from './machine.ts'
import { strictEquals } from './operators.ts'
import { FoldArray, FoldBytes, FoldObject, type Value } from './values.ts'

/** The elements of an array, an `arguments` object, a text or bytes, as the generic array methods see them. */
export const itemsOf = (machine: Machine, self: Value): readonly Value[] => {
  if (self instanceof FoldArray) {
    machine.used |= self.labels
    return self.items
  }
  if (typeof self === 'string') {
    machine.budget.make(self.length)
    return self.split('')
  }
  if (self instanceof FoldBytes) {
    machine.used |= self.labels
    machine.budget.make(self.bytes.length)
    return [...self.bytes]
  }
  if (!(self instanceof FoldObject)) return halt('unsupported')
  machine.used |= self.labels
  const length = toInteger(machine, self.fields.get('length'))
  machine.budget.make(Math.max(0, length))
  const items: Value[] = []
  items.length = Math.max(0, length)
  for (let index = 0; index < items.length; index += 1) {
    if (self.fields.has(String(index))) items[index] = self.fields.get(String(index))
  }
  return items
}

type ReadMethod = (machine: Machine, items: readonly Value[], args: readonly Value[], self: Value) => Value
type ChangeMethod = (machine: Machine, array: FoldArray, args: readonly Value[]) => Value

const reading =
  (method: ReadMethod): Method =>
  (machine, self, args) => {
    const items = itemsOf(machine, self)
    machine.budget.spend(items.length >>> 4)
    return method(machine, items, args, self)
  }

const changing =
  (method: ChangeMethod): Method =>
  (machine, self, args) => {
    if (!(self instanceof FoldArray)) return halt('unsupported')
    machine.used |= self.labels
    machine.journal.touch(self)
    const result = method(machine, self, args)
    self.labels |= machine.used
    return result
  }

/** Calls back for each element that exists, in order. Returning true from `visit` stops. */
const each = (
  machine: Machine,
  items: readonly Value[],
  args: readonly Value[],
  self: Value,
  visit: (result: Value, index: number, item: Value) => boolean,
  holes = false,
): void => {
  const [callback, receiver] = args
  const length = items.length
  for (let index = 0; index < length; index += 1) {
    machine.budget.spend(1)
    if (!holes && !(index in items)) continue
    const item = items[index]
    if (visit(machine.call(callback, receiver, [item, index, self]), index, item)) return
  }
}

const reduce = (
  machine: Machine,
  items: readonly Value[],
  args: readonly Value[],
  self: Value,
  right: boolean,
): Value => {
  const order = [...items.keys()].filter(index => index in items)
  if (right) order.reverse()
  let result = args[1]
  if (args.length < 2) {
    const first = order.shift()
    if (first === undefined) return machine.raise('TypeError')
    result = items[first]
  }
  for (const index of order) {
    machine.budget.spend(1)
    result = machine.call(args[0], undefined, [result, items[index], index, self])
  }
  return result
}

const flatten = (machine: Machine, items: readonly Value[], depth: number, into: Value[]): void => {
  for (const item of items) {
    machine.budget.spend(1)
    if (item instanceof FoldArray && depth > 0) flatten(machine, item.items, depth - 1, into)
    else into.push(item)
  }
}

const sort = (machine: Machine, array: FoldArray, comparator: Value): void => {
  machine.budget.spend(array.items.length * 4)
  if (comparator !== undefined) {
    array.items = array.items.toSorted((a, b) => {
      machine.budget.spend(1)
      const order = machine.call(comparator, undefined, [a, b])
      return typeof order === 'number' ? order : order === true ? 1 : 0
    })
    return
  }
  const keyed = array.items.map(item => ({
    item,
    key: item === undefined ? undefined : toText(machine, item),
  }))
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) return a.key === b.key ? 0 : a.key === undefined ? 1 : -1
    machine.budget.spend(1 + (Math.min(a.key.length, b.key.length) >>> 6))
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
  })
  array.items = keyed.map(entry => entry.item)
}

const noteReversal = (machine: Machine, items: readonly Value[]): void => {
  if (items.length > 2 && typeof items[0] === 'string') machine.used |= decoderBits.reversed
}

const changes: Readonly<Record<string, ChangeMethod>> = {
  push: (machine, array, args) => {
    machine.budget.make(args.length)
    if (array.items.length + args.length > machine.budget.limits.maxSize / 8) halt('size')
    for (const arg of args) array.items.push(arg)
    return array.items.length
  },
  pop: (_machine, array) => array.items.pop(),
  shift: (machine, array) => {
    machine.budget.spend(array.items.length >>> 8)
    if (array.items.length >= 8 && typeof array.items[0] === 'string') machine.rotations += 1
    return array.items.shift()
  },
  unshift: (machine, array, args) => {
    machine.budget.make(args.length)
    machine.budget.spend(array.items.length >>> 6)
    array.items.unshift(...args.slice(0, 10_000))
    return args.length > 10_000 ? halt('size') : array.items.length
  },
  reverse: (machine, array) => {
    machine.budget.spend(array.items.length >>> 4)
    noteReversal(machine, array.items)
    array.items.reverse()
    return array
  },
  sort: (machine, array, args) => {
    sort(machine, array, args[0])
    return array
  },
  fill: (machine, array, args) => {
    machine.budget.spend(array.items.length >>> 3)
    const from = clampIndex(toInteger(machine, args[1]), array.items.length)
    const to = clampIndex(toInteger(machine, args[2], array.items.length), array.items.length)
    array.items.fill(args[0], from, to)
    return array
  },
  splice: (machine, array, args) => {
    const { length } = array.items
    machine.budget.spend(length >>> 4)
    const from = clampIndex(toInteger(machine, args[0]), length)
    const count = args.length === 0 ? 0 : args.length === 1 ? length - from : toInteger(machine, args[1])
    if (args.length > 10_000) halt('size')
    return machine.array(array.items.splice(from, Math.max(0, count), ...args.slice(2)))
  },
}

const copied =
  (change: ChangeMethod, result?: (machine: Machine, array: FoldArray) => Value): ReadMethod =>
  (machine, items, args) => {
    machine.budget.make(items.length)
    const array = machine.array([...items])
    change(machine, array, args)
    return result === undefined ? array : result(machine, array)
  }

const reads: Readonly<Record<string, ReadMethod>> = {
  at: (machine, items, args) => items.at(toInteger(machine, args[0])),
  concat: (machine, items, args) => {
    const result = [...items]
    for (const arg of args) {
      if (arg instanceof FoldArray) machine.used |= arg.labels
      const extra = arg instanceof FoldArray ? arg.items : [arg]
      machine.budget.make(extra.length)
      for (const item of extra) result.push(item)
    }
    machine.budget.make(items.length)
    return machine.array(result)
  },
  entries: (machine, items) => machine.array(items.map((item, index) => machine.array([index, item]))),
  keys: (machine, items) => machine.array([...items.keys()]),
  values: (machine, items) => machine.array([...items]),
  every: (machine, items, args, self) => {
    let every = true
    each(machine, items, args, self, result => !(every = truthy(result)))
    return every
  },
  some: (machine, items, args, self) => {
    let some = false
    each(machine, items, args, self, result => (some = truthy(result)))
    return some
  },
  filter: (machine, items, args, self) => {
    const kept: Value[] = []
    each(machine, items, args, self, (result, _index, item) => {
      if (truthy(result)) kept.push(item)
      return false
    })
    machine.budget.make(kept.length)
    return machine.array(kept)
  },
  find: (machine, items, args, self) => {
    let found: Value
    each(machine, items, args, self, (result, _index, item) => truthy(result) && ((found = item), true), true)
    return found
  },
  findIndex: (machine, items, args, self) => {
    let found = -1
    each(machine, items, args, self, (result, index) => truthy(result) && ((found = index), true), true)
    return found
  },
  flat: (machine, items, args) => {
    const result: Value[] = []
    flatten(machine, items, Math.min(50, toInteger(machine, args[0], 1)), result)
    machine.budget.make(result.length)
    return machine.array(result)
  },
  flatMap: (machine, items, args, self) => {
    const mapped: Value[] = []
    each(machine, items, args, self, result => {
      mapped.push(result)
      return false
    })
    const result: Value[] = []
    flatten(machine, mapped, 1, result)
    machine.budget.make(result.length)
    return machine.array(result)
  },
  forEach: (machine, items, args, self) => {
    each(machine, items, args, self, () => false)
    return undefined
  },
  map: (machine, items, args, self) => {
    const mapped: Value[] = []
    machine.budget.make(items.length)
    mapped.length = items.length
    each(machine, items, args, self, (result, index) => {
      mapped[index] = result
      return false
    })
    return machine.array(mapped)
  },
  includes: (machine, items, args) => {
    for (const item of items) {
      if (strictEquals(machine, item, args[0]) || (Number.isNaN(item) && Number.isNaN(args[0]))) return true
    }
    return false
  },
  indexOf: (machine, items, args) => {
    const from = clampIndex(toInteger(machine, args[1]), items.length)
    for (let index = from; index < items.length; index += 1) {
      if (index in items && strictEquals(machine, items[index], args[0])) return index
    }
    return -1
  },
  lastIndexOf: (machine, items, args) => {
    if (args.length > 1) return halt('unsupported')
    for (let index = items.length - 1; index >= 0; index -= 1) {
      if (index in items && strictEquals(machine, items[index], args[0])) return index
    }
    return -1
  },
  join: (machine, items, args, self) => {
    const separator = args[0] === undefined ? ',' : toText(machine, args[0])
    return joinArray(machine, self instanceof FoldArray ? self : machine.array([...items]), separator)
  },
  toString: (machine: Machine, items: readonly Value[], _args: readonly Value[], self: Value) =>
    joinArray(machine, self instanceof FoldArray ? self : machine.array([...items]), ','),
  reduce: (machine, items, args, self) => reduce(machine, items, args, self, false),
  reduceRight: (machine, items, args, self) => reduce(machine, items, args, self, true),
  slice: (machine, items, args) => {
    const from = clampIndex(toInteger(machine, args[0]), items.length)
    const to = clampIndex(toInteger(machine, args[1], items.length), items.length)
    machine.budget.make(Math.max(0, to - from))
    return machine.array(items.slice(from, to))
  },
  toReversed: copied((machine, array) => {
    noteReversal(machine, array.items)
    array.items = array.items.toReversed()
    return undefined
  }),
  toSorted: copied((machine, array, args) => {
    sort(machine, array, args[0])
    return undefined
  }),
}

const from: Method = (machine, _self, args) => {
  const [source, map, receiver] = args
  const items = typeof source === 'string' ? Array.from(source) : [...itemsOf(machine, source)]
  machine.budget.make(items.length)
  if (map === undefined) return machine.array(Array.from(items))
  return machine.array(
    Array.from(items, (item, index) => {
      machine.budget.spend(1)
      return machine.call(map, receiver, [item, index])
    }),
  )
}

const construct: Method = (machine, _self, args) => {
  const [length] = args
  if (args.length !== 1 || typeof length !== 'number') return machine.array([...args])
  if (!Number.isInteger(length) || length < 0 || length > 4_294_967_295) return machine.raise('RangeError')
  machine.budget.make(length * 8)
  const items: Value[] = []
  items.length = length
  return machine.array(items)
}

export const arrayMethods: Methods = {
  Array: construct,
  'Array.of': (machine, _self, args) => machine.array([...args]),
  'Array.from': from,
  'Array.isArray': (_machine, _self, args) => args[0] instanceof FoldArray,
  ...Object.fromEntries(
    Object.entries(reads).map(([name, method]) => [`Array.prototype.${name}`, reading(method)]),
  ),
  ...Object.fromEntries(
    Object.entries(changes).map(([name, method]) => [`Array.prototype.${name}`, changing(method)]),
  ),
}
