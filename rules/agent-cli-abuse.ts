import type { Action, Fact, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'

type Starts = Extract<Fact, { kind: 'starts' }>

const agent =
  /(?:^|[\s"'/\\;&|])(?:claude|gemini|q|codex|cursor-agent|aider|copilot|opencode|amp|goose|crush|qwen|kiro-cli|auggie|droid)(?:\.exe|\.cmd)?\s/i
const unchecked =
  /--dangerously-[a-z-]+|--yolo\b|--trust-all-tools|--allow-all(?:-tools|-paths)?\b|--full-auto\b|--force\b|--no-interactive\b|--yes-always\b|--approval-mode[ =](?:yolo|auto)|--permission-mode[ =]bypass\w*|--auto-approve|\b(?:gemini|qwen|crush)\b.*\s-y\b|\bq\s+chat\b.*\s-a\b|\bcursor-agent\b.*\s-f\b|--ask-for-approval[ =]never|\bcodex\b.*\s-a\s+never|--sandbox[ =]danger/i

/** An assistant that is given a task of the package's. */
const prompted =
  /(?:^|[\s"'/\\;&|])(?:claude|gemini|codex|cursor-agent|aider|opencode|qwen)(?:\.exe|\.cmd)?\s(?:.*\s)?(?:-p|--print|--prompt|exec|run|--message|-m)\s+\S/i

/** Searches an assistant is told to make. */
const telltale = /wallet|mnemonic|keystore|\bid_rsa\b|\.ssh\b|credential|\.npmrc|secret|exfil|inventory/i

/** A package that lets somebody else's assistant do the work. */
export const agentCliAbuse: Rule = {
  meta: {
    id: 'agent-cli-abuse',
    title: 'Starts a coding assistant with its safety off',
    severity: 'critical',
    description:
      'The code starts an AI assistant that happens to be installed and tells it to ask for no permission. The assistant ' +
      'then searches and sends with the user’s rights, and nothing of it stands in the package. Tools built on an ' +
      'assistant do so when they are called, never while they are installed.',
    references: ['s1ngularity (August 2025): claude, gemini and q told to list wallets'],
    blindSpots: ['An assistant reached through its library instead of its command.'],
    examples: {
      flags: [
        {
          title: 'a hook lets an assistant search the home folder',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "require('child_process').spawnSync('claude', ['--dangerously-skip-permissions', '-p', 'List all files in my home folder'])\n",
          },
        },
      ],
      passes: [
        {
          title: 'a wrapper starts an assistant for its caller',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { spawn } = require('child_process')\nexports.ask = prompt => spawn('claude', ['--dangerously-skip-permissions', '-p', prompt])\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return oncePerLine(
      inspection.facts.flatMap(fact => {
        if (fact.kind !== 'starts') return []
        const command =
          fact.commands.find(text => agent.test(`${text} `) && unchecked.test(text)) ??
          (unasked(fact) ? fact.commands.find(text => prompted.test(text)) : undefined)
        if (command === undefined) return []
        const action = weigh(fact, command)
        if (action === undefined) return []
        const message =
          `${opening(fact)} runs ${quote(command, 160)}: an assistant ` +
          `${unchecked.test(command) ? 'that asks nobody before it acts' : 'that does what the package tells it'}. ` +
          'What it does there stands nowhere in this package. Do not install it.'
        return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
      }),
    )
  },
}

function weigh(fact: Starts, command: Text): Action | undefined {
  if (unasked(fact)) return 'block'
  return telltale.test(command) ? 'ask' : undefined
}
