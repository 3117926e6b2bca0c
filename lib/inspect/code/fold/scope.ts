import type { Changers } from './changes.ts'
import type { Value } from './values.ts'

/** What a binding holds before its declaration ran, or when nobody can say what it holds. */
export class Missing {
  readonly kind: 'uninitialised' | 'unknown'

  constructor(kind: 'uninitialised' | 'unknown') {
    this.kind = kind
  }
}

export const uninitialised = new Missing('uninitialised')
export const unknown = new Missing('unknown')

export class Binding {
  value: Value | Missing
  labels = 0
  stamp: number
  readonly constant: boolean
  readonly cost = 1
  /** Who may give it another value once the program has loaded. */
  changers: Changers | undefined = undefined

  constructor(value: Value | Missing, stamp: number, constant = false) {
    this.value = value
    this.stamp = stamp
    this.constant = constant
  }

  snapshot(): () => void {
    const { value, labels } = this
    return () => Object.assign(this, { value, labels })
  }
}

/** Names in a Map of their own: a variable called `__proto__` is a variable. */
export class Scope {
  readonly names = new Map<string, Binding>()
  readonly parent: Scope | undefined
  /** `this` of the function the scope belongs to. */
  readonly self: Value | Missing

  constructor(parent: Scope | undefined, self: Value | Missing) {
    this.parent = parent
    this.self = self
  }

  find(name: string): Binding | undefined {
    const own = this.names.get(name)
    if (own !== undefined) return own
    for (let scope = this.parent; scope !== undefined; scope = scope.parent) {
      const binding = scope.names.get(name)
      if (binding !== undefined) return binding
    }
    return undefined
  }
}
