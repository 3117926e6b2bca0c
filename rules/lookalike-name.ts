import type { Rule } from '../lib/types.ts'
import { findingInManifest, nameEvidence } from './finding.ts'
import { nameLookup, nearIdentical } from './names/name-lookup.ts'

const newDays = 30
const day = 24 * 60 * 60 * 1000

/** A name that people could take for a well-known one. */
export const lookalikeName: Rule = {
  meta: {
    id: 'lookalike-name',
    title: 'Name resembles a well-known package',
    severity: 'medium',
    description:
      'The package is not known, and its name differs from a well-known one by a letter, a separator, its scope or characters that look alike. ' +
      'Most such names are honest: of 1,500 ordinary packages 6 come this near. So the name alone never blocks, and as a dependency of a dependency it is only noted. ' +
      'A question is asked where a slip of the hand is likely: the name was typed, or a version published days ago stands in the project. ' +
      'Compare the name letter by letter with the one meant; if this is the package you want, accept it once.',
    references: [
      'npm advisory on crossenv, 2017',
      'https://github.com/microsoft/OSSGadget (mutators of find-squats)',
      'https://www.unicode.org/reports/tr39/ (confusables)',
    ],
    blindSpots: [
      'Names that resemble nothing well known, and invented names of products that have no package.',
      'The 10,000 most used packages and some 150 others are compared: a look-alike of a rarely used package is not seen.',
      'Packages that are on the list of popular names themselves.',
    ],
    examples: {
      flags: [
        {
          title: 'two letters swapped, typed by hand',
          files: { 'package.json': '{"name":"lodahs","version":"1.0.0"}', 'index.js': 'module.exports = 1' },
          context: { name: 'lodahs', version: '1.0.0', source: 'registry', typed: true, direct: true },
        },
        {
          title: 'a scope with one letter doubled',
          files: {
            'package.json': '{"name":"@flashbotts/ethers-provider-bundle","version":"1.0.0"}',
            'index.js': 'module.exports = 1',
          },
          context: {
            name: '@flashbotts/ethers-provider-bundle',
            version: '1.0.0',
            source: 'registry',
            typed: true,
            direct: true,
          },
        },
      ],
      passes: [
        {
          title: 'one letter from a popular name, and popular itself',
          files: { 'package.json': '{"name":"preact","version":"10.0.0"}', 'index.js': 'module.exports = 1' },
          context: { name: 'preact', version: '10.0.0', source: 'registry', typed: true, direct: true },
        },
        {
          title: 'one letter from a popular name, and widely used itself',
          files: { 'package.json': '{"name":"libpq","version":"1.0.0"}', 'index.js': 'module.exports = 1' },
          context: { name: 'libpq', version: '1.0.0', source: 'registry', typed: true, direct: true },
        },
        {
          title: 'one letter from a popular name, but a word of its own',
          files: { 'package.json': '{"name":"rgb-hex","version":"1.0.0"}', 'index.js': 'module.exports = 1' },
          context: { name: 'rgb-hex', version: '1.0.0', source: 'registry', typed: true, direct: true },
        },
        {
          title: 'from a folder: nobody looks a folder up by name',
          files: { 'package.json': '{"name":"lodahs","version":"1.0.0"}', 'index.js': 'module.exports = 1' },
          context: { name: 'lodahs', version: '1.0.0', source: 'directory', typed: true, direct: true },
        },
      ],
    },
  },
  check(_inspection, context) {
    // Git, file and folder specs say where the bytes come from: nobody mistypes a name into them.
    if (context.source !== 'registry') return []
    const best = nameLookup(context.name, context.lists)[0]
    if (best === undefined || best.score < 3) return []
    const near = best.score >= nearIdentical
    const published = context.publishedAt
    const isNew =
      published !== undefined && context.now >= published && context.now - published < newDays * day
    const action = near && (context.typed || (context.direct && isNew)) ? 'ask' : 'note'
    return [
      findingInManifest(nameEvidence(context.name), 'dormant', {
        severity: near ? 'medium' : 'low',
        action,
        message:
          `Did you mean ${best.target}? ${context.name} is not among the best-known packages and resembles it: ${best.reason}. Compare it letter by letter with the one you meant.` +
          (isNew ? ' This version was published in the last 30 days.' : ''),
      }),
    ]
  },
}
